/** Decides which texts both database engines can store, and which can be passwords. */

/** Whether both engines store a text unchanged: well-formed Unicode without NUL, of a bounded length. */
export function isStorableText(value: unknown, minCharacters: number, maxCharacters: number): value is string {
  if (typeof value !== 'string' || !value.isWellFormed() || value.includes('\0')) return false;
  const { length } = Array.from(value.slice(0, 2 * maxCharacters + 2));
  return length >= minCharacters && length <= maxCharacters;
}

/** bcrypt reads no further than this many bytes. */
export const PASSWORD_MAX_BYTES = 72;

/** Whether bcrypt reads a text completely, and its UTF-8 encoding is unambiguous. */
export function isHashablePassword(text: string): boolean {
  return Buffer.byteLength(text) <= PASSWORD_MAX_BYTES && !text.includes('\0') && text.isWellFormed();
}
