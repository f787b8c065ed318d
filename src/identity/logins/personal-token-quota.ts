/** Limits the number of personal tokens of a user. */
import { Inject, Injectable } from '@nestjs/common';
import { DomainError, type Lock, type Transaction } from '../../core/index.js';
import type { Values } from '../../settings/index.js';
import type { USER_TOKEN_SETTINGS } from '../identity.settings.js';
import { PersonalToken } from '../personal-token.entity.js';
import { USER_TOKEN_OPTIONS } from './user-token-options.js';

/**
 * More tokens than transactions can be about to add for a user. Only where fewer are left must those transactions wait
 * for each other.
 */
const MARGIN = 100;

@Injectable()
export class PersonalTokenQuota {
  constructor(@Inject(USER_TOKEN_OPTIONS) private readonly options: Values<typeof USER_TOKEN_SETTINGS>) {}

  /**
   * Call before a token is added, in its transaction.
   * @throws DomainError `quota_reached`
   */
  async requireBelowQuota(tx: Transaction, userId: number): Promise<void> {
    const { personalTokensPerUser: most } = this.options;
    if (most === 0 || (await countOf(tx, userId)) < most - MARGIN) return;
    await tx.lockRule(numberOf(userId));
    if ((await countOf(tx, userId)) < most) return;
    throw new DomainError(
      'quota_reached',
      `user ${String(userId)} has ${String(most)} access tokens, the limit (setting PERSONAL_TOKENS_PER_USER); delete unused ` +
        'ones, or ask the operator of the server to raise it',
    );
  }
}

/** Held while the tokens of a user are counted and one is added. */
function numberOf(userId: number): Lock {
  return { kind: 'personal tokens', id: String(userId) };
}

/** TypeORM's own count takes several times as long, because it counts distinct ids. */
async function countOf({ manager }: Transaction, userId: number): Promise<number> {
  const query = manager.createQueryBuilder(PersonalToken, 'token').select('COUNT(*)', 'count').where({ userId });
  return Number((await query.getRawOne<{ count: string | number }>())?.count ?? 0);
}
