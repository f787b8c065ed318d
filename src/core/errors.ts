/** The errors of the domain: a closed set of codes that every dialect renders in its own form. */

/** The error codes. Each dialect maps every code; a new code breaks the build until every dialect maps it. */
export type DomainErrorCode =
  /** No such token, or one whose existence the caller may not learn. */
  | 'token_not_found'
  | 'user_not_found'
  | 'account_not_found'
  | 'member_not_found'
  /** Anything else that is named does not exist; the message says what. */
  | 'resource_not_found'
  /** A handle that must be unique is in use. */
  | 'handle_taken'
  /** The identifier by which people refer to a token, or the name of a group, is in use. */
  | 'identifier_taken'
  | 'email_taken'
  | 'account_name_taken'
  | 'already_member'
  /** The account or the user has reached its limit of tokens; the message says what to do. */
  | 'quota_reached'
  /** Something else refers to what is to be removed; the message says what. */
  | 'in_use'
  /** A concurrent change came first; this request has changed nothing. */
  | 'conflict'
  /** The credential is no longer accepted. */
  | 'unauthenticated'
  | 'not_permitted'
  /** The caller's token has scopes, which do not go that far; the message says what to use instead. */
  | 'scopes_exceeded'
  /** The settings of the server leave this change to administrators; the message says to whom. */
  | 'change_reserved'
  /** The change would leave the server without an administrator who can sign in. */
  | 'last_admin'
  /** A value that breaks a rule of the server; the message names it. */
  | 'invalid_value'
  /** E-mail, password or login token not accepted; deliberately unspecific. */
  | 'invalid_login'
  | 'wrong_password'
  /** Too many failures; `retryAfterSeconds` says when to try again. */
  | 'throttled'
  /** The user has too many streams or long lists open; the message says what to do. */
  | 'too_many_at_once'
  /** The database is unavailable, or a queue is full ({@link Overload}); `retryAfterSeconds` says when to try again. */
  | 'unavailable';

/** A refusal by the domain. The message may be shown to the caller and contains no secret. */
export class DomainError extends Error {
  constructor(
    readonly code: DomainErrorCode,
    message: string,
    /** Whole seconds to wait; only with `throttled`, `too_many_at_once` and `unavailable`. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = 'DomainError';
  }
}

/**
 * A refusal because a queue is full. Dialects render it like any `unavailable`; the log has it as a warning
 * and not as an error, since callers cause it.
 */
export class Overload extends DomainError {
  constructor(message: string, retryAfterSeconds: number) {
    super('unavailable', message, retryAfterSeconds);
  }
}

/** A refusal of one of several entries that are written together. */
export class EntryRefused extends DomainError {
  constructor(
    /** Its place among them, from 0. */
    readonly at: number,
    { code, message, retryAfterSeconds }: DomainError,
  ) {
    super(code, message, retryAfterSeconds);
  }

  /** Reads an entry. @throws EntryRefused if that throws a DomainError */
  static reading<T>(at: number, read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw error instanceof DomainError ? new EntryRefused(at, error) : error;
    }
  }
}

/** A unique constraint of the database was violated; services turn it into the matching domain error. */
export class UniqueViolation extends Error {
  /** @param rule - as named by the engine: the constraint (PostgreSQL) or a list of `table.column` (SQLite) */
  constructor(readonly rule: string) {
    super(`unique rule broken: ${rule}`);
    this.name = 'UniqueViolation';
  }
}

/** For the end of an exhaustive `switch`: a missing case does not compile. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${String(value)}`);
}
