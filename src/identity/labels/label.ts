/** What a name that has to be unique consists of, whether it is an e-mail address or the name of an account. */

/** A text that passed its rules. */
export interface Label {
  /** As it is stored and shown. */
  readonly text: string;
  /** The same for all texts that are the same name: case, normal form and width do not count. */
  readonly key: string;
  /** As people read it; its looks are compared. */
  readonly read: string;
}

/** Why a text is no such name; to be said after the name of the field. */
export interface Flawed {
  readonly flaw: string;
}

/** The key of a text, ignoring case, normal form and the width of letters. */
export function keyOf(text: string): string {
  // A final sigma is the same letter.
  return text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
}

/** Without spaces around it, and with one ordinary space wherever there are some. */
export function withSingleSpaces(text: string): string {
  return text.trim().replace(/\p{Zs}+/gu, ' ');
}
