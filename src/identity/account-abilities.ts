/** Says what somebody may do with an account and its members, so that nothing is offered that would be refused. */
import { Inject, Injectable } from '@nestjs/common';
import { UnitOfWork, UserDirectory, type DirectoryUser } from '../core/index.js';
import { Membership, type Role } from './membership.entity.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from './options.js';

/** What can be done with an account. */
export const ACCOUNT_ABILITIES = ['create_token', 'change_members', 'rename', 'delete'] as const;

/** One of {@link ACCOUNT_ABILITIES}. */
export type AccountAbility = (typeof ACCOUNT_ABILITIES)[number];

/** What can be done with a member. */
export const MEMBER_ABILITIES = ['change_role', 'remove'] as const;

/** One of {@link MEMBER_ABILITIES}. */
export type MemberAbility = (typeof MEMBER_ABILITIES)[number];

type Viewer = Pick<DirectoryUser, 'admin'>;

/** Administrators that are looked up by one call of the directory. */
const AT_ONCE = 50;

@Injectable()
export class AccountAbilities {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly users: UserDirectory,
    @Inject(IDENTITY_OPTIONS) private readonly options: Pick<IdentityOptions, 'rights'>,
  ) {}

  /** @param role - of the viewer in the account */
  of({ admin }: Viewer, role: Role | null): AccountAbility[] {
    if (admin) return [...ACCOUNT_ABILITIES];
    if (role !== 'administrator') return [];
    const mayRename = this.options.rights.renameAccounts === 'account';
    return ['create_token', 'change_members', ...(mayRename ? (['rename'] as const) : [])];
  }

  /**
   * What somebody may do with each member of an account.
   * @returns the abilities for a member
   */
  async ofMembers(viewer: Viewer, accountId: string, role: Role | null): Promise<(userId: number) => MemberAbility[]> {
    if (!this.of(viewer, role).includes('change_members')) return () => [];
    const isFree = viewer.admin || this.options.rights.lastAccountAdministrator === 'removable';
    const able = isFree ? undefined : await this.ableAdministrators(accountId);
    return (userId) => (able?.size === 1 && able.has(userId) ? [] : [...MEMBER_ABILITIES]);
  }

  /** The ids of the administrators of an account who can act; at least two if there are so many. */
  private async ableAdministrators(accountId: string): Promise<ReadonlySet<number>> {
    const where = { accountId, role: 'administrator' as const };
    const rows = await this.unitOfWork.read((manager) =>
      manager.find(Membership, { select: { id: true, userId: true }, where }),
    );
    const able = new Set<number>();
    for (let at = 0; at < rows.length && able.size < 2; at += AT_ONCE) {
      const users = await this.users.findMany(rows.slice(at, at + AT_ONCE).map(({ userId }) => userId));
      for (const { id, status } of users) if (status === 'active') able.add(id);
    }
    return able;
  }
}
