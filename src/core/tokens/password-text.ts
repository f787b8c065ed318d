/** Which texts can be passwords. */

/** bcrypt reads no further than this many bytes. */
export const PASSWORD_MAX_BYTES = 72;

/** Whether bcrypt reads the whole of a text, and its bytes are the same wherever it is encoded. */
export function isHashablePassword(text: string): boolean {
  return Buffer.byteLength(text) <= PASSWORD_MAX_BYTES && !text.includes('\0') && text.isWellFormed();
}
