/** Removes what deleted accounts, users and groups have owned, a bounded number of rows in each transaction. */
import { In, type EntityManager, type ObjectType } from 'typeorm';
import { type LongReads, RemovedOwner, Token, TokenCount, type ReaderId, type Transaction } from '../core/index.js';
import type { AccountExtensions } from './account-extensions.js';
import { GroupMember } from './groups/group-member.entity.js';
import { Membership } from './membership.entity.js';

/** Rows that are removed together with their owner. More are left to the cleanup job. */
const ROWS_AT_ONCE = 200;

/** Who owns rows. */
export type RowOwner = Readonly<Pick<RemovedOwner, 'kind' | 'id'>>;

/** Tables of what is owned, apart from tokens. */
const OWNED: Readonly<Record<RowOwner['kind'], readonly ObjectType<Membership | GroupMember>[]>> = {
  account: [Membership],
  user: [Membership, GroupMember],
  group: [GroupMember],
};

/** What has become of an owner's rows. */
export interface OwnedRows {
  /** How many tokens have been removed. */
  readonly tokens: number;
  /** Whether there are rows left. */
  readonly isLeft: boolean;
}

/** The number of an owner's tokens, of every kind. */
export function countOwnedTokens(reads: LongReads, reader: ReaderId, owner: RowOwner): Promise<number> {
  const where = ownedBy(owner);
  return reads.count(reader, {
    entity: Token,
    where: (query) => query.andWhere(where),
    order: ['kind', 'createdAt', 'id'],
  });
}

/**
 * Removes some rows in the transaction that deletes their owner, and notes the owner if there are more.
 * @param extensions - `null` for users and groups, who own nothing there
 */
export async function removeOwnedRows(
  tx: Transaction,
  owner: RowOwner,
  extensions: AccountExtensions | null,
): Promise<OwnedRows> {
  const { tokens, others } = await removeSome(tx.manager, owner, ROWS_AT_ONCE, extensions);
  const isLeft = tokens + others === ROWS_AT_ONCE;
  if (isLeft) await tx.manager.insert(RemovedOwner, { ...owner });
  return { tokens, isLeft };
}

/**
 * Removes rows that are left of deleted owners, at most `limit`. No change is recorded: the deletion of their owner was.
 * @returns the number of removed rows; fewer than `limit` only if none is left
 */
export async function removeLeftRows(
  { manager }: Transaction,
  limit: number,
  extensions: AccountExtensions,
): Promise<number> {
  let removed = 0;
  while (removed < limit) {
    const [owner] = await manager.find(RemovedOwner, { order: { kind: 'ASC', id: 'ASC' }, take: 1 });
    if (!owner) break;
    const { tokens, others } = await removeSome(manager, owner, limit - removed, extensions);
    removed += tokens + others;
    if (removed === limit) break;
    // Revocations of single tokens were counted in the meantime.
    if (owner.kind === 'account') await manager.delete(TokenCount, { accountId: owner.id });
    await manager.delete(RemovedOwner, { kind: owner.kind, id: owner.id });
  }
  return removed;
}

async function removeSome(
  manager: EntityManager,
  owner: RowOwner,
  limit: number,
  extensions: AccountExtensions | null,
): Promise<{ tokens: number; others: number }> {
  const tokens = owner.kind === 'group' ? 0 : await removeRows(manager, Token, ownedBy(owner), limit);
  let others = 0;
  for (const entity of OWNED[owner.kind]) {
    const left = limit - tokens - others;
    if (left > 0) others += await removeRows(manager, entity, ownedBy(owner), left);
  }
  const left = limit - tokens - others;
  if (extensions && owner.kind === 'account' && left > 0)
    others += await extensions.removeSome(manager, owner.id, left);
  return { tokens, others };
}

async function removeRows<E extends Token | Membership | GroupMember>(
  manager: EntityManager,
  entity: ObjectType<E>,
  where: Owned,
  limit: number,
): Promise<number> {
  const query = manager.createQueryBuilder(entity, 'row').select('row.id', 'id').where(where).limit(limit);
  const ids = (await query.getRawMany<{ id: string }>()).map(({ id }) => id);
  if (ids.length > 0) await manager.delete(entity, { id: In(ids) });
  return ids.length;
}

type Owned = { readonly accountId: string } | { readonly userId: number } | { readonly groupId: number };

function ownedBy({ kind, id }: RowOwner): Owned {
  if (kind === 'account') return { accountId: id };
  return kind === 'user' ? { userId: Number(id) } : { groupId: Number(id) };
}
