/** The roles of users in accounts, as verification asks for them: from memory where possible, and never out of date. */
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  CORE_OPTIONS,
  ChangeAwareCache,
  ChangeRelay,
  EventBus,
  UnitOfWork,
  nextTurn,
  type Change,
  type CoreOptions,
  type WorkUnit,
} from '../core/index.js';
import { AccountDeleted, MembershipChange, UserDeleted } from './changes.js';
import { Membership, type Role } from './membership.entity.js';

/** The roles of one user by the ids of the accounts. */
export type RolesByAccount = ReadonlyMap<string, Role>;

/**
 * Remembers the memberships of as many users as there may be tokens in the credential cache. A caller who removes a
 * member or changes a role waits until every instance has forgotten the former state, as with a revocation.
 */
@Injectable()
export class MemberRoles implements OnModuleDestroy {
  private readonly cache: ChangeAwareCache<number, RolesByAccount>;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(CORE_OPTIONS) { credentialCache }: Pick<CoreOptions, 'credentialCache'>,
    relay: ChangeRelay,
    events: EventBus,
  ) {
    this.cache = new ChangeAwareCache(credentialCache, relay, events, CHANGES, usersConcerned);
  }

  onModuleDestroy(): void {
    this.cache.close();
  }

  /** Synchronous if no database access is needed. */
  of(userId: number): RolesByAccount | Promise<RolesByAccount> {
    return this.cache.get(userId, () => this.read(userId, this.unitOfWork));
  }

  /** As the database has them. @param unit - also of a transaction, in which they may just have changed */
  async read(userId: number, unit: WorkUnit): Promise<RolesByAccount> {
    const roles = new Map<string, Role>();
    for (let after = ''; ;) {
      const rows = await unit.read((manager) => rolesAfter(manager, userId, after));
      for (const { id, role } of rows) roles.set(id, role);
      const last = rows.length === ROWS_AT_ONCE ? rows.at(-1) : undefined;
      if (!last) return roles;
      after = last.id;
      await nextTurn();
    }
  }
}

/** Rows read in one turn. Hardly anybody has more. */
const ROWS_AT_ONCE = 1000;

function rolesAfter(manager: EntityManager, userId: number, after: string): Promise<{ id: string; role: Role }[]> {
  return manager
    .createQueryBuilder(Membership, 'row')
    .select('row.accountId', 'id')
    .addSelect('row.role', 'role')
    .where('row.userId = :userId AND row.accountId > :after', { userId, after })
    .orderBy('row.accountId', 'ASC')
    .limit(ROWS_AT_ONCE)
    .getRawMany();
}

const CHANGES = [AccountDeleted, MembershipChange, UserDeleted];

function usersConcerned(change: Change): readonly number[] | 'all' {
  if (change instanceof AccountDeleted) return 'all';
  return change instanceof MembershipChange || change instanceof UserDeleted ? [change.userId] : [];
}
