/** Lists the accounts that a user sees, in pages, with what belongs to each. */
import { Injectable } from '@nestjs/common';
import { In, type SelectQueryBuilder } from 'typeorm';
import {
  LongReads,
  TokenCount,
  UnitOfWork,
  textMatch,
  type DirectoryUser,
  type ListPart,
  type PartRequest,
} from '../core/index.js';
import type { Account } from './account.entity.js';
import { GroupedCounts, type OwnedCount } from './grouped-counts.js';
import { Membership, type Role } from './membership.entity.js';
import { visibleAccounts } from './visible-accounts.js';

/** What belongs to an account, counted, and the role of the viewer in it. */
export interface AccountFigures {
  readonly members: number;
  readonly tokens: number;
  /** `null` for an administrator of the server who is no member. */
  readonly role: Role | null;
}

const MEMBERS: OwnedCount<Membership> = { entity: Membership, owner: 'accountId', order: ['createdAt', 'id'] };

@Injectable()
export class AccountListing {
  private readonly counts: GroupedCounts;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
  ) {
    this.counts = new GroupedCounts(unitOfWork, reads);
  }

  /**
   * A page of the accounts that a user is a member of, or of all for an administrator of the server, oldest first.
   * @param text - a part of the name, whatever the case of letters
   */
  async page(user: DirectoryUser, text: string | undefined, page: PartRequest): Promise<ListPart<Account>> {
    const accounts = await visibleAccounts(this.unitOfWork, user, {});
    const { filter } = accounts;
    const named = (rows: SelectQueryBuilder<Account>): void => {
      filter?.(rows);
      if (text !== undefined) rows.andWhere(textMatch(rows, text)('row.name'));
    };
    const query = { ...accounts, filter: text === undefined ? filter : named };
    return this.reads.resume(user.id, query, page);
  }

  /** What belongs to each of these accounts. */
  async figuresOf(
    viewer: Pick<DirectoryUser, 'id'>,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, AccountFigures>> {
    if (ids.length === 0) return new Map();
    const members = await this.counts.of(viewer.id, MEMBERS, ids);
    return this.unitOfWork.read(async (manager) => {
      const where = { accountId: In([...ids]) };
      const tokens = await manager
        .createQueryBuilder(TokenCount, 'row')
        .select('row.accountId', 'account')
        .addSelect('SUM(row.tokens)', 'count')
        .where(where)
        .groupBy('row.accountId')
        .getRawMany<{ account: string; count: string | number }>();
      const own = await manager.find(Membership, { where: { ...where, userId: viewer.id } });
      const figures = ids.map((id): [string, AccountFigures] => [
        id,
        {
          members: members.get(id) ?? 0,
          tokens: Number(tokens.find(({ account }) => account === id)?.count ?? 0),
          role: own.find(({ accountId }) => accountId === id)?.role ?? null,
        },
      ]);
      return new Map(figures);
    });
  }
}
