/** Another program is not built as this code expects it to be. */

/** Thrown at start when a private part of a library is not where it was; names the library and the remedy. */
export class InternalsError extends Error {
  /**
   * @param library - name and version range that the code was written for, for example `express 5.3`
   * @param what - the part that is missing
   */
  constructor(library: string, what: string) {
    super(`Latchkey was written for ${library}, and the installed version has no ${what}: install ${library}`);
    this.name = 'InternalsError';
  }
}
