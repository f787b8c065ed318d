/** A request about tokens that names something wrong. */
import { DomainError } from '../core/index.js';

/** What of a request is wrong. */
export type TokenRequestField =
  | 'kind'
  | 'name'
  | 'account'
  | 'owner'
  | 'expiresAt'
  | 'expiresIn'
  | 'overlap'
  | 'overlapUntil'
  | 'scopes'
  | 'limit'
  | 'cursor'
  | 'createdBy'
  | 'as'
  /** What was asked for; tokens of the kind cannot do it. */
  | 'ability';

/** The message says what is wrong and what to give instead. */
export class TokenRequestError extends DomainError {
  constructor(
    readonly field: TokenRequestField,
    message: string,
  ) {
    super('invalid_value', message);
    this.name = 'TokenRequestError';
  }
}
