/** The scopes of tokens: their form, and how far somebody reaches whose token has scopes (docs/decisions/0061). */
import { DomainError } from '../errors.js';

/** Scopes of one token. */
export const SCOPES_MAX = 50;

/** Characters of one scope. */
export const SCOPE_LENGTH_MAX = 100;

/** Characters of all scopes of a token with the spaces between them: they travel in one header. */
export const SCOPES_LENGTH_MAX = 2000;

/** A scope-token of RFC 6749 §3.3: printable ASCII without space, quotation mark and backslash. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Of a token without scopes. */
export const NO_SCOPES: readonly string[] = Object.freeze([]);

/** Whether a text is a scope. Upper and lower case differ. */
export function isScope(text: unknown): boolean {
  return typeof text === 'string' && text.length <= SCOPE_LENGTH_MAX && SCOPE.test(text);
}

/** What is wrong with the scopes that somebody gives for a token, as the end of a sentence; `null` if nothing is. */
export function wrongScopes(given: unknown): string | null {
  if (!Array.isArray(given)) return 'must be a list of texts, or null for a token without scopes';
  if (given.length === 0) return 'must not be empty; give at least one scope, or null for a token without scopes';
  if (!given.every(isScope)) {
    const length = String(SCOPE_LENGTH_MAX);
    return `must consist of 1 to ${length} printable ASCII characters each, without spaces, quotation marks and backslashes`;
  }
  const scopes = sorted(given as readonly string[]);
  if (scopes.length > SCOPES_MAX) return `must be at most ${String(SCOPES_MAX)}`;
  const isTooLong = scopes.join(' ').length > SCOPES_LENGTH_MAX;
  return isTooLong ? `must be at most ${String(SCOPES_LENGTH_MAX)} characters long together` : null;
}

/**
 * Scopes as they are stored: sorted, each once.
 * @throws DomainError `invalid_value`
 */
export function canonicalScopes(given: readonly string[] | null): readonly string[] | null {
  if (given === null) return null;
  const wrong = wrongScopes(given);
  if (wrong !== null) throw new DomainError('invalid_value', `scopes ${wrong}`);
  return sorted(given);
}

/** Scopes of a text, separated by spaces as in RFC 6749 §3.3. */
export function splitScopes(text: string): string[] {
  return text.split(' ').filter((scope) => scope !== '');
}

/**
 * Whether a token with these scopes gives nothing to somebody that they do not hold.
 * @param held - `null` if they act by something without scopes, which is not limited
 */
export function isWithin(scopes: readonly string[] | null, held: readonly string[] | null): boolean {
  return held === null || scopes?.every((scope) => held.includes(scope)) === true;
}

/** @param held - of the token by which somebody acts */
export function beyondScopes(held: readonly string[]): DomainError {
  return new DomainError(
    'scopes_exceeded',
    `your token has scopes (${held.join(' ')}), and with it you can only manage tokens that have scopes, all of them ` +
      'among these; use a login or a token without scopes for anything else',
  );
}

/** For whatever does not serve tokens with scopes: logins, and the APIs for administrators. */
export function refusedForScopes(): DomainError {
  return new DomainError(
    'scopes_exceeded',
    'a token with scopes does not sign in here: it is for the applications that ask for its scopes; use a login or a token ' +
      'without scopes',
  );
}

function sorted(given: readonly string[]): readonly string[] {
  return [...new Set(given)].sort();
}
