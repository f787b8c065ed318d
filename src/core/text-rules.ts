/** Decides which texts both database engines can store, what is kept of a user agent, and which texts can be passwords. */

/** Whether both engines store a text unchanged: well-formed Unicode without NUL, of a bounded length. */
export function isStorableText(value: unknown, minCharacters: number, maxCharacters: number): value is string {
  if (typeof value !== 'string' || !value.isWellFormed() || value.includes('\0')) return false;
  const { length } = Array.from(value.slice(0, 2 * maxCharacters + 2));
  return length >= minCharacters && length <= maxCharacters;
}

/** Characters of a user agent that are kept. */
const AGENT_LENGTH = 200;

/** A user agent as it is kept. Clients may send anything in a header: only printable ASCII is. */
export function readableAgent(agent: string | null | undefined): string | null {
  if (agent === null || agent === undefined || agent === '') return null;
  return agent.slice(0, AGENT_LENGTH).replaceAll(/[^\x20-\x7e]/g, '?');
}

/** bcrypt reads no further than this many bytes. */
export const PASSWORD_MAX_BYTES = 72;

/** Whether bcrypt reads a text completely, and its UTF-8 encoding is unambiguous. */
export function isHashablePassword(text: string): boolean {
  return Buffer.byteLength(text) <= PASSWORD_MAX_BYTES && !text.includes('\0') && text.isWellFormed();
}

/**
 * A password as it is hashed, so that it does not depend on the keyboard that typed it: every space is U+0020, and
 * characters are composed (RFC 8265 §4.2.2, OpaqueString).
 */
export function preparedPassword(text: string): string {
  return text.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}

/** The texts of which a stored hash may have been made: the prepared one, and the one presented if it differs. */
export function presentedForms(text: string): readonly string[] {
  return [...new Set([preparedPassword(text), text])];
}
