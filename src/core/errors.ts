/** The errors of the domain: a closed set of codes that every dialect renders in its own form. */

/** What can go wrong; each dialect maps every code, and a new one breaks its build until it does. */
export type DomainErrorCode =
  /** No such token, or one the caller may not know of. */
  | 'token_not_found'
  | 'user_not_found'
  | 'account_not_found'
  | 'member_not_found'
  /** A handle (client id, authentication code) that must be unique is in use. */
  | 'handle_taken'
  /** The name by which people know a token is in use. */
  | 'identifier_taken'
  | 'email_taken'
  | 'account_name_taken'
  | 'already_member'
  /** The account has as many tokens as it may have. */
  | 'quota_reached'
  /** Somebody else changed the same thing first; nothing of this request was done. */
  | 'conflict'
  /** The credential is not accepted any more. */
  | 'unauthenticated'
  | 'not_permitted'
  /** The change would leave the server without an administrator who is approved and not blocked. */
  | 'last_admin'
  /** A value that the rules of the server refuse; the message names it. */
  | 'invalid_value'
  /** E-mail, password or login token not accepted; deliberately says no more. */
  | 'invalid_login'
  | 'wrong_password'
  /** Too many failures; `retryAfterSeconds` says when to come back. */
  | 'throttled'
  /** The database or the hashing queue cannot serve now; `retryAfterSeconds` says when to come back. */
  | 'unavailable';

/** A refusal by the domain. The message is fit for the caller's eyes and holds nothing secret. */
export class DomainError extends Error {
  constructor(
    readonly code: DomainErrorCode,
    message: string,
    /** Whole seconds to wait; only with `throttled` and `unavailable`. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = 'DomainError';
  }
}

/** A unique rule of the database was broken; services turn it into the domain error it means. */
export class UniqueViolation extends Error {
  /** @param rule - what the engine names: a constraint (PostgreSQL) or `table.column` list (SQLite) */
  constructor(readonly rule: string) {
    super(`unique rule broken: ${rule}`);
    this.name = 'UniqueViolation';
  }
}

/** Runs a write and gives a broken unique rule its meaning in the domain. */
export async function whenTaken<T>(write: Promise<T>, meaning: (rule: string) => Error): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw error instanceof UniqueViolation ? meaning(error.rule) : error;
  }
}

/** For the end of an exhaustive `switch`: a case that was forgotten does not compile. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${String(value)}`);
}
