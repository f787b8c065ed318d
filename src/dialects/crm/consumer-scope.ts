/** Which access tokens the login of a consumer sees: those of the same consumer (docs/decisions/0081). */
import type { FindOptionsWhere } from 'typeorm';
import type { AccessToken } from './access-token.entity.js';

/** The part of the tokens of an account that a caller may see. */
export type TokenScope = Pick<FindOptionsWhere<AccessToken>, 'id' | 'accountsReceivable' | 'rewardsParticipant'>;

/** What a consumer is known by. */
export type Consumer = Pick<AccessToken, 'id' | 'accountsReceivable' | 'rewardsParticipant'>;

/** What a list is narrowed to. */
interface Owner {
  readonly accountsReceivable?: string;
  readonly rewardsParticipant?: string;
}

/** A name may be that of two people. */
const UNIQUE = /^(id|number)=/;

/**
 * Tokens of the same accounts receivable, or else of the same rewards participant, or else the token alone.
 * @param consumer - the token that the consumer has logged in with; `null` for a member, who sees all
 */
export function scopeOf(consumer: Consumer | null): TokenScope {
  if (consumer === null) return {};
  const { id, accountsReceivable, rewardsParticipant } = consumer;
  if (accountsReceivable !== null && UNIQUE.test(accountsReceivable)) return { accountsReceivable };
  if (rewardsParticipant !== null && UNIQUE.test(rewardsParticipant)) return { rewardsParticipant };
  return { id };
}

/** Whether a caller with this scope asks for the tokens of somebody else. */
export function isOfAnother(scope: TokenScope, owner: Owner | null | undefined): boolean {
  const names = ['accountsReceivable', 'rewardsParticipant'] as const;
  return names.some((name) => scope[name] !== undefined && owner?.[name] !== undefined && owner[name] !== scope[name]);
}
