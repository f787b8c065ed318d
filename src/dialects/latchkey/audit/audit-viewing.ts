/** Collects what goes with rows of the audit log: who looks at them, and the names of accounts. */
import { Injectable } from '@nestjs/common';
import type { AuditRecord, AuditViewer, DirectoryUser } from '../../../core/index.js';
import { AccountListing, AccountService } from '../../../identity/index.js';
import { auditRowView, type AuditRowView } from './audit.views.js';

@Injectable()
export class AuditViews {
  constructor(
    private readonly accounts: AccountService,
    private readonly listing: AccountListing,
  ) {}

  /** What a user sees of the log. */
  async viewerOf({ id, admin }: DirectoryUser): Promise<AuditViewer> {
    return { userId: id, isAdministrator: admin, accounts: admin ? [] : await this.listing.idsOf(id, 'administrator') };
  }

  /** The rows as the viewer sees them. */
  async of(rows: readonly AuditRecord[], viewer: AuditViewer): Promise<AuditRowView[]> {
    const names = await this.accounts.namesOf(rows.flatMap(({ accountId }) => accountId ?? []));
    return rows.map((row) => auditRowView(row, names, viewer));
  }
}
