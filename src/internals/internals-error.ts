/** The error for an undocumented part of a library that is missing. */

/** Thrown at start when an undocumented part of a library is missing; names the library and the version to install. */
export class InternalsError extends Error {
  /**
   * @param library - name and version for which the code was written, for example `express 5.3`
   * @param what - the missing part
   */
  constructor(library: string, what: string) {
    super(`Latchkey was written for ${library}, and the installed version has no ${what}: install ${library}`);
    this.name = 'InternalsError';
  }
}
