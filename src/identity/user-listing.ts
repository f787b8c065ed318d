/** Lists users for those who administer them: in pages, with filters and in several orders. */
import { Injectable } from '@nestjs/common';
import { In, type SelectQueryBuilder } from 'typeorm';
import {
  LongReads,
  Token,
  UnitOfWork,
  textMatch,
  type DirectoryUser,
  type ListPart,
  type Place,
  type SlicedQuery,
} from '../core/index.js';
import { GroupedCounts, type OwnedCount } from './grouped-counts.js';
import { Membership } from './membership.entity.js';
import { fewSharing, restrictToSharing } from './shared-accounts.js';
import { User } from './user.entity.js';
import type { Viewer } from './visible-users.js';

/** By what users can be ordered. */
export type UserOrder = 'name' | 'createdAt' | 'lastLoginAt';

/** Selects and orders users; all conditions must hold. */
export interface UserQuery {
  /** Part of the name or the address, whatever the case of letters. */
  readonly text?: string | undefined;
  readonly admin?: boolean | undefined;
  readonly states?: readonly DirectoryUser['status'][] | undefined;
  readonly order: UserOrder;
  readonly descending: boolean;
}

/** Where a page begins. Users who have never logged in are a part of the list by themselves. */
export interface UserPlace {
  readonly part: number;
  readonly after: Place | undefined;
}

/** What belongs to a user, counted. */
export interface UserFigures {
  readonly personalTokens: number;
  /** Tokens of accounts that they have created and that are still there. */
  readonly createdTokens: number;
  readonly accounts: number;
}

/** A page of users. */
export interface UserPage {
  /** Fewer than were asked for, even none, where few users meet the filter. */
  readonly users: readonly User[];
  /** `undefined` at the end of the list. */
  readonly next: UserPlace | undefined;
}

const PERSONAL_TOKENS: OwnedCount<Token> = {
  entity: Token,
  owner: 'userId',
  where: (rows) => rows.andWhere({ kind: 'personal_token' }),
  order: ['kind', 'createdAt', 'id'],
};

const CREATED_TOKENS: OwnedCount<Token> = {
  entity: Token,
  owner: 'createdBy',
  where: (rows) => rows.andWhere('row.userId IS NULL'),
  order: ['createdAt', 'id'],
};

const MEMBERSHIPS: OwnedCount<Membership> = { entity: Membership, owner: 'userId', order: ['accountId'] };

/** Administrators of the server see everybody; others themselves, and the members of accounts that they administer. */
@Injectable()
export class UserListing {
  private readonly counts: GroupedCounts;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
  ) {
    this.counts = new GroupedCounts(unitOfWork, reads);
  }

  /** A page of the users that the viewer administers. */
  async page(viewer: Viewer, query: UserQuery, { part, after }: UserPlace, limit: number): Promise<UserPage> {
    const parts = await this.partsOf(viewer, query);
    const users: User[] = [];
    for (let at = part, from = after; at < parts.length; at += 1, from = undefined) {
      const sliced = parts[at];
      if (!sliced) break;
      if (users.length === limit) return { users, next: { part: at, after: undefined } };
      const found: ListPart<User> = await this.reads.resume(viewer.id, sliced, {
        after: from,
        limit: limit - users.length,
      });
      users.push(...found.rows);
      if (found.next) return { users, next: { part: at, after: found.next } };
    }
    return { users, next: undefined };
  }

  /** One user; `null` also for a user whom the viewer does not see. */
  find(viewer: Viewer, id: number): Promise<User | null> {
    return this.unitOfWork.read((manager) => {
      const query = manager.createQueryBuilder(User, 'row').where({ id });
      if (!viewer.admin && viewer.id !== id) restrictToSharing(query, viewer.id, 'administrator');
      return query.getOne();
    });
  }

  /** What belongs to each of these users. */
  async figuresOf(viewer: Pick<Viewer, 'id'>, ids: readonly number[]): Promise<ReadonlyMap<number, UserFigures>> {
    if (ids.length === 0) return new Map();
    const [personal, created, accounts] = [
      await this.counts.of(viewer.id, PERSONAL_TOKENS, ids),
      await this.counts.of(viewer.id, CREATED_TOKENS, ids.map(String)),
      await this.counts.of(viewer.id, MEMBERSHIPS, ids),
    ];
    const figures = ids.map((id): [number, UserFigures] => [
      id,
      {
        personalTokens: personal.get(String(id)) ?? 0,
        createdTokens: created.get(String(id)) ?? 0,
        accounts: accounts.get(String(id)) ?? 0,
      },
    ]);
    return new Map(figures);
  }

  private async partsOf(viewer: Viewer, query: UserQuery): Promise<readonly SlicedQuery<User>[]> {
    const few = viewer.admin
      ? undefined
      : await this.unitOfWork.read((manager) => fewSharing(manager, viewer.id, 'administrator'));
    const isRestricted = !viewer.admin && !few;
    const isFiltered = isRestricted || query.text !== undefined || query.admin !== undefined || query.states;
    const filter = isFiltered
      ? (rows: SelectQueryBuilder<User>): void => {
          if (isRestricted) restrictToSharing(rows, viewer.id, 'administrator');
          restrictTo(rows, query);
        }
      : undefined;
    const { order, descending } = query;
    const partOf = (condition: string, properties: SlicedQuery<User>['order']): SlicedQuery<User> => ({
      entity: User,
      where: (rows) => {
        rows.andWhere(condition);
        if (few) rows.andWhere({ id: In(few) });
      },
      filter,
      order: properties,
      descending,
    });
    if (order !== 'lastLoginAt') return [partOf('1 = 1', [order, 'id'])];
    // No comparison with a time that is missing is true, so those without one are listed by themselves.
    const parts = [
      partOf('row.lastLoginAt IS NOT NULL', ['lastLoginAt', 'id']),
      partOf('row.lastLoginAt IS NULL', ['id']),
    ];
    return descending ? parts : parts.reverse();
  }
}

const STATES: Readonly<Record<DirectoryUser['status'], string>> = {
  active: '(row.blocked = :no AND row.approved = :yes)',
  blocked: 'row.blocked = :yes',
  unapproved: '(row.blocked = :no AND row.approved = :no)',
};

function restrictTo(rows: SelectQueryBuilder<User>, { text, admin, states }: UserQuery): void {
  if (admin !== undefined) rows.andWhere('row.admin = :admin', { admin });
  if (states) {
    const conditions = states.map((state) => STATES[state]).join(' OR ');
    rows.andWhere(`(${conditions || '1 = 0'})`, { yes: true, no: false });
  }
  if (text === undefined) return;
  const holds = textMatch(rows, text);
  rows.andWhere(`(${holds('row.name')} OR ${holds('row.email')})`);
}
