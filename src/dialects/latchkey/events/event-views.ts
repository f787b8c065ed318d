/** Renders changes as a reader sees them, or not at all if they may not see them (docs/contracts/latchkey.md §7). */
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { UnitOfWork, isVisible, type DirectoryUser } from '../../../core/index.js';
import {
  Account,
  AccountAbilities,
  AccountListing,
  MemberAccounts,
  MemberRoles,
  type RolesByAccount,
} from '../../../identity/index.js';
import { accountView } from '../accounts/accounts.views.js';
import { AuditViews } from '../audit/audit-viewing.js';
import { TokenAccess } from '../../../managing/index.js';
import { TokenPresenter } from '../tokens/token-presenter.js';
import { People } from '../users/people.js';
import { UserIds } from '../users/user-ids.js';
import type { LoggedChange, Subject } from './change-log.js';

/** Who reads. */
export interface EventReader {
  readonly user: DirectoryUser;
  readonly roles: RolesByAccount;
  /** A stream is not opened by a token with scopes. */
  readonly scopes: null;
}

@Injectable()
export class EventViews {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly roles: MemberRoles,
    private readonly auditViews: AuditViews,
    private readonly people: People,
    private readonly ids: UserIds,
    private readonly accountListing: AccountListing,
    private readonly access: TokenAccess,
    private readonly tokens: TokenPresenter,
    private readonly abilities: AccountAbilities,
  ) {}

  async readerOf(user: DirectoryUser): Promise<EventReader> {
    return { user, scopes: null, roles: await this.roles.of(user.id) };
  }

  /** What the reader is told; `undefined` for what they may not see. */
  view(change: LoggedChange, reader: EventReader): Promise<object | undefined> | object | undefined {
    const { subject } = change;
    if (subject.of === 'audit') return this.audit(change, reader);
    if (change.isGone) return this.sawIt(change, reader) ? this.gone(subject) : undefined;
    if (subject.of === 'token') return this.token(subject.id, reader);
    return subject.of === 'user' ? this.user(Number(subject.id), reader) : this.account(subject.id, reader);
  }

  private async audit({ subject }: LoggedChange, { user, roles }: EventReader): Promise<object | undefined> {
    if (subject.of !== 'audit') return undefined;
    const { row } = subject;
    const accounts = new MemberAccounts(user.id, roles, 'administrator');
    const viewer = { userId: user.id, isAdministrator: user.admin, accounts };
    if (!isVisible(viewer, row)) return undefined;
    const [view] = await this.auditViews.of([row], viewer);
    return view;
  }

  private async gone({ of, id }: Exclude<Subject, { readonly of: 'audit' }>): Promise<object> {
    if (of !== 'user') return { id };
    return { id: (await this.ids.shown([Number(id)])).get(Number(id)) ?? id };
  }

  /** Whether the reader may know that something is gone. */
  private sawIt({ subject, accountId, userId }: LoggedChange, { user, roles }: EventReader): boolean {
    if (user.admin || userId === user.id) return true;
    return subject.of !== 'user' && userId === null && accountId !== null && roles.has(accountId);
  }

  private async token(id: string, reader: EventReader): Promise<object | undefined> {
    const token = await this.access.find(reader, id);
    if (!token) return undefined;
    const [view] = await this.tokens.all(reader, [token]);
    return view;
  }

  private async user(id: number, { user }: EventReader): Promise<object | undefined> {
    return this.people.view(user, id);
  }

  private async account(id: string, { user, roles }: EventReader): Promise<object | undefined> {
    if (!user.admin && !roles.has(id)) return undefined;
    const [account] = await this.unitOfWork.read((manager) => manager.find(Account, { where: { id: In([id]) } }));
    if (!account) return undefined;
    const figures = await this.accountListing.figuresOf(user, [id]);
    return accountView(account, figures.get(id), (role) => this.abilities.of(user, role));
  }
}
