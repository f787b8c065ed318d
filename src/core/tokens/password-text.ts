/** Decides which texts can be passwords. */

/** bcrypt reads no further than this many bytes. */
export const PASSWORD_MAX_BYTES = 72;

/** Whether bcrypt reads a text completely, and its UTF-8 encoding is unambiguous. */
export function isHashablePassword(text: string): boolean {
  return Buffer.byteLength(text) <= PASSWORD_MAX_BYTES && !text.includes('\0') && text.isWellFormed();
}
