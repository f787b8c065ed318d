/** Which accounts a user may see: those that they are a member of, and all for administrators of the server. */
import { In, type SelectQueryBuilder } from 'typeorm';
import type { DirectoryUser, SlicedQuery, UnitOfWork } from '../core/index.js';
import { Account } from './account.entity.js';
import type { AccountQuery } from './account.service.js';
import { Membership } from './membership.entity.js';

/** So many accounts are found by their ids; if a user has more, theirs are searched among all. */
const FEW = 200;

export async function visibleAccounts(
  unitOfWork: UnitOfWork,
  user: Pick<DirectoryUser, 'id' | 'admin'>,
  { name, newestFirst }: AccountQuery,
): Promise<SlicedQuery<Account>> {
  const own = user.admin ? undefined : await accountsOf(unitOfWork, user.id);
  const isFew = own !== undefined && own.length <= FEW;
  const isMember = (query: SelectQueryBuilder<Account>): void => {
    const membership = query.subQuery().select('own.id').from(Membership, 'own');
    membership.where('own.accountId = row.id AND own.userId = :userId');
    query.andWhere(`EXISTS ${membership.getQuery()}`, { userId: user.id });
  };
  return {
    entity: Account,
    where: (query) => {
      if (name !== undefined) query.andWhere({ name });
      if (isFew) query.andWhere({ id: In(own) });
    },
    filter: own && !isFew ? isMember : undefined,
    order: ['createdAt', 'id'],
    descending: newestFirst === true,
  };
}

/** The ids of the accounts that a user is a member of; of more than `FEW`, only some. */
async function accountsOf(unitOfWork: UnitOfWork, userId: number): Promise<string[]> {
  const select = { id: true, accountId: true } as const;
  const own = unitOfWork.read((manager) => manager.find(Membership, { select, where: { userId }, take: FEW + 1 }));
  return (await own).map(({ accountId }) => accountId);
}
