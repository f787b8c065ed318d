/** The accounts in which a user has a role, as a scope of what they see. */
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { FEW_ACCOUNTS, type AccountScope } from '../core/index.js';
import type { RolesByAccount } from './member-roles.js';
import { Membership, type Role } from './membership.entity.js';

export class MemberAccounts implements AccountScope {
  private found: { readonly few: readonly string[] | undefined } | undefined;

  /** @param role - the role that counts; any unless given */
  constructor(
    private readonly userId: number,
    private readonly roles: RolesByAccount,
    private readonly role?: Role,
  ) {}

  has(id: string): boolean {
    const role = this.roles.get(id);
    return role !== undefined && this.counts(role);
  }

  get few(): readonly string[] | undefined {
    this.found ??= { few: this.firstFew() };
    return this.found.few;
  }

  condition<E extends ObjectLiteral>(query: SelectQueryBuilder<E>, column: string): string {
    const own = query.subQuery().select('own.id').from(Membership, 'own');
    own.where(`own.userId = :memberOfAccounts AND own.accountId = ${column}`);
    query.setParameter('memberOfAccounts', this.userId);
    if (this.role) {
      own.andWhere('own.role = :roleInAccounts');
      query.setParameter('roleInAccounts', this.role);
    }
    return `EXISTS ${own.getQuery()}`;
  }

  private firstFew(): readonly string[] | undefined {
    const few: string[] = [];
    for (const [id, role] of this.roles) {
      if (!this.counts(role)) continue;
      if (few.length === FEW_ACCOUNTS) return undefined;
      few.push(id);
    }
    return few;
  }

  private counts(role: Role): boolean {
    return this.role === undefined || role === this.role;
  }
}
