/** Lists the accounts that a user sees, in pages, with what belongs to each. */
import { Injectable } from '@nestjs/common';
import { In, type SelectQueryBuilder } from 'typeorm';
import {
  LongReads,
  TokenCount,
  UnitOfWork,
  type DirectoryUser,
  type ListPart,
  type PartRequest,
} from '../core/index.js';
import type { Account } from './account.entity.js';
import { Membership, type Role } from './membership.entity.js';
import { visibleAccounts } from './visible-accounts.js';

/** What belongs to an account, counted, and the role of the viewer in it. */
export interface AccountFigures {
  readonly members: number;
  readonly tokens: number;
  /** `null` for an administrator of the server who is no member. */
  readonly role: Role | null;
}

@Injectable()
export class AccountListing {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
  ) {}

  /**
   * A page of the accounts that a user is a member of, or of all for an administrator of the server, oldest first.
   * @param text - a part of the name, ignoring case (on SQLite only for ASCII letters)
   */
  async page(user: DirectoryUser, text: string | undefined, page: PartRequest): Promise<ListPart<Account>> {
    const accounts = await visibleAccounts(this.unitOfWork, user, {});
    const { filter } = accounts;
    const named = (rows: SelectQueryBuilder<Account>): void => {
      filter?.(rows);
      rows.andWhere(`REPLACE(LOWER(row.name), LOWER(:text), '') <> LOWER(row.name)`, { text });
    };
    const query = { ...accounts, filter: text === undefined ? filter : named };
    return this.reads.resume(user.id, query, page);
  }

  /** The ids of the accounts in which a user has a role. Memberships can outlive their account for a while. */
  async idsOf(userId: number, role: Role): Promise<string[]> {
    const rows = await this.unitOfWork.read((manager) =>
      manager.find(Membership, { select: { id: true, accountId: true }, where: { userId, role } }),
    );
    return rows.map(({ accountId }) => accountId);
  }

  /** What belongs to each of these accounts. */
  async figuresOf(
    viewer: Pick<DirectoryUser, 'id'>,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, AccountFigures>> {
    if (ids.length === 0) return new Map();
    return this.unitOfWork.read(async (manager) => {
      const where = { accountId: In([...ids]) };
      const members = await manager
        .createQueryBuilder(Membership, 'row')
        .select('row.accountId', 'account')
        .addSelect('COUNT(*)', 'count')
        .where(where)
        .groupBy('row.accountId')
        .getRawMany<Counted>();
      const tokens = await manager
        .createQueryBuilder(TokenCount, 'row')
        .select('row.accountId', 'account')
        .addSelect('SUM(row.tokens)', 'count')
        .where(where)
        .groupBy('row.accountId')
        .getRawMany<Counted>();
      const own = await manager.find(Membership, { where: { ...where, userId: viewer.id } });
      const figures = ids.map((id): [string, AccountFigures] => [
        id,
        {
          members: countIn(members, id),
          tokens: countIn(tokens, id),
          role: own.find(({ accountId }) => accountId === id)?.role ?? null,
        },
      ]);
      return new Map(figures);
    });
  }
}

interface Counted {
  readonly account: string;
  readonly count: string | number;
}

function countIn(rows: readonly Counted[], id: string): number {
  return Number(rows.find(({ account }) => account === id)?.count ?? 0);
}
