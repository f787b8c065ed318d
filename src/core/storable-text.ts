/** Decides which texts both database engines can store. */

/** Whether both engines store a text unchanged: well-formed Unicode without NUL, of a bounded length. */
export function isStorableText(value: unknown, minCharacters: number, maxCharacters: number): value is string {
  if (typeof value !== 'string' || !value.isWellFormed() || value.includes('\0')) return false;
  const { length } = Array.from(value.slice(0, 2 * maxCharacters + 2));
  return length >= minCharacters && length <= maxCharacters;
}
