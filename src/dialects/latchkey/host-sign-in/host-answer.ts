/** Reads what a host says about who is signed in. Whatever it can mean by mistake is an error, and nobody is let in. */
import { wrongScopes } from '../../../core/index.js';
import type { HostAnswer } from './host-sign-in.js';

/** An answer that names somebody. */
export interface ReadAnswer {
  /** The id in the directory. */
  readonly user: string;
  readonly expiresAt: Date | null;
  readonly scopes: readonly string[] | null;
}

/**
 * `null` if nobody is signed in, or not any more.
 * @throws TypeError that says what is wrong with the answer
 */
export function readAnswer(answer: HostAnswer, now: Date): ReadAnswer | null {
  if (answer === null || answer === undefined) return null;
  const { user, expiresAt = null, scopes = null } = typeof answer === 'object' ? answer : { user: answer };
  const id: unknown = typeof user === 'number' && Number.isSafeInteger(user) ? String(user) : user;
  if (typeof id !== 'string' || id === '') {
    throw new TypeError(
      'signedIn must return the id of a user as a text or a whole number, { user: id }, or null for nobody',
    );
  }
  if (expiresAt !== null && !(expiresAt instanceof Date && !Number.isNaN(expiresAt.getTime()))) {
    throw new TypeError('expiresAt of the answer of signedIn must be a Date, such as new Date(exp * 1000) of a JWT');
  }
  const fault = scopes === null ? null : wrongScopes(scopes);
  if (fault !== null) throw new TypeError(`scopes of the answer of signedIn ${fault}`);
  if (expiresAt !== null && expiresAt <= now) return null;
  return { user: id, expiresAt, scopes: scopes && [...new Set(scopes)].sort() };
}
