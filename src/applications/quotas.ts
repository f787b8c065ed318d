/** How many applications and policies an account may have. */
import { In } from 'typeorm';
import { DomainError, EntryRefused, inParts, type Transaction } from '../core/index.js';
import { Application } from './application.entity.js';
import type { ApplicationOptions } from './options.js';
import { Policy } from './policy.entity.js';

const LIMITED = {
  applications: { entity: Application, advice: '(setting APPLICATIONS_PER_ACCOUNT); delete some' },
  policies: {
    entity: Policy,
    advice: '(setting POLICIES_PER_ACCOUNT); delete some, use one policy for several applications',
  },
};

/**
 * Requires that accounts, which have to be locked, may have more.
 * @param wanted - how many more each entry makes
 * @throws EntryRefused `quota_reached`
 */
export async function requireQuota(
  { manager }: Transaction,
  options: ApplicationOptions,
  what: keyof typeof LIMITED,
  wanted: readonly { readonly accountId: string; readonly count: number }[],
): Promise<void> {
  const most = options[`${what}PerAccount` as const];
  if (most === 0 || wanted.every(({ count }) => count === 0)) return;
  const { entity, advice } = LIMITED[what];
  const counts = new Map<string, number>();
  for (const some of inParts([...new Set(wanted.map(({ accountId }) => accountId))])) {
    const rows = await manager
      .createQueryBuilder<Application | Policy>(entity, 'row')
      .select('row.accountId', 'id')
      .addSelect('COUNT(*)', 'count')
      .where({ accountId: In([...some]) })
      .groupBy('row.accountId')
      .getRawMany<{ id: string; count: string | number }>();
    for (const { id, count } of rows) counts.set(id, Number(count));
  }
  for (const [at, { accountId, count }] of wanted.entries()) {
    const after = (counts.get(accountId) ?? 0) + count;
    if (count > 0 && after > most) {
      const reached = `an account may have ${String(most)} ${what} ${advice}, or ask an administrator of the server`;
      throw new EntryRefused(at, new DomainError('quota_reached', reached));
    }
    counts.set(accountId, after);
  }
}
