/** Collects what goes with rows of the audit log: who looks at them, and the names of accounts. */
import { Injectable } from '@nestjs/common';
import { NO_ACCOUNTS, type AuditRecord, type AuditViewer, type DirectoryUser } from '../../../core/index.js';
import { AccountService, MemberAccounts, MemberRoles } from '../../../identity/index.js';
import { UserIds } from '../users/user-ids.js';
import { auditRowView, usersIn, type AuditRowView } from './audit.views.js';

/** The ids of Latchkey's own users are the numbers. */
const NO_IDS: ReadonlyMap<number, string> = new Map();

@Injectable()
export class AuditViews {
  constructor(
    private readonly accounts: AccountService,
    private readonly roles: MemberRoles,
    private readonly ids: UserIds,
  ) {}

  /** What a user sees of the log. */
  async viewerOf({ id, admin }: DirectoryUser): Promise<AuditViewer> {
    const accounts = admin ? NO_ACCOUNTS : new MemberAccounts(id, await this.roles.of(id), 'administrator');
    return { userId: id, isAdministrator: admin, accounts };
  }

  /** The rows as the viewer sees them. */
  async of(rows: readonly AuditRecord[], viewer: AuditViewer): Promise<AuditRowView[]> {
    const names = await this.accounts.namesOf(rows.flatMap(({ accountId }) => accountId ?? []));
    const ids = this.ids.areOwn ? NO_IDS : await this.ids.shown(rows.flatMap(usersIn));
    return rows.map((row) => auditRowView(row, { accounts: names, users: ids }, viewer));
  }
}
