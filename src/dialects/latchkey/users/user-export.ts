/** Writes all that is kept of a user as one JSON document, in bounded memory. */
import { Injectable } from '@nestjs/common';
import {
  AuditSearch,
  Clock,
  ManagedKinds,
  NO_ACCOUNTS,
  TokenSearch,
  type AuditViewer,
  type TokenQuery,
} from '../../../core/index.js';
import {
  AccountService,
  LoginService,
  MembershipService,
  UserListing,
  UserRecords,
  type User,
} from '../../../identity/index.js';
import { AuditViews } from '../audit/audit-viewing.js';
import type { LatchkeyCaller } from '../latchkey.guard.js';
import { timeView } from '../times.js';
import { TokenAccess, scopeOf } from '../../../managing/index.js';
import { TokenPresenter } from '../tokens/token-presenter.js';
import { loginView } from './logins.views.js';
import type { UserExportView } from './user-export.views.js';
import { userView, type ShownUser } from './users.views.js';

/** A list of the document, by its name. */
type Section = readonly [name: keyof UserExportView, batches: AsyncIterable<readonly object[]>];

@Injectable()
export class UserExport {
  constructor(
    private readonly listing: UserListing,
    private readonly records: UserRecords,
    private readonly logins: LoginService,
    private readonly memberships: MembershipService,
    private readonly accounts: AccountService,
    private readonly search: TokenSearch,
    private readonly kinds: ManagedKinds,
    private readonly access: TokenAccess,
    private readonly tokens: TokenPresenter,
    private readonly audit: AuditSearch,
    private readonly auditViews: AuditViews,
    private readonly clock: Clock,
  ) {}

  /** The text of the document, in pieces. It counts as long lists of the caller. */
  async *text(caller: LatchkeyCaller, user: User | ShownUser): AsyncGenerator<string, void> {
    const figures = await this.listing.figuresOf(caller.user, [user.id]);
    const whole = {
      exported_at: timeView(this.clock.now()),
      user: userView(user, figures.get(user.id)),
      imported_from: (await this.records.origins(user.id)).map(({ origin, foreignId }) => ({
        server: origin,
        id: foreignId,
      })),
      openid: (await this.records.openIds(user.id)).map(({ issuer, subject, createdAt }) => ({
        issuer,
        subject,
        since: timeView(createdAt),
      })),
      networks: (await this.records.networks(user.id)).map(({ network, seenAt }) => ({
        network,
        last_login_at: timeView(seenAt),
      })),
      logins: (await this.logins.list(user.id)).map((login) => loginView(login, caller.token.id)),
    };
    yield JSON.stringify(whole).slice(0, -1);
    for (const [name, batches] of this.sections(caller, user.id)) {
      yield `,${JSON.stringify(name)}:[`;
      let separator = '';
      for await (const batch of batches) {
        if (batch.length === 0) continue;
        yield separator + batch.map((item) => JSON.stringify(item)).join(',');
        separator = ',';
      }
      yield ']';
    }
    yield '}\n';
  }

  private sections(caller: LatchkeyCaller, userId: number): Section[] {
    const kinds = this.kinds.names;
    return [
      ['memberships', this.membershipsOf(userId)],
      ['groups', this.groupsOf(caller, userId)],
      ['tokens', this.tokensOf(caller, { kinds, ownerId: userId })],
      ['created_tokens', this.tokensOf(caller, { kinds, createdBy: String(userId) })],
      ['audit', this.auditOf(caller, userId)],
    ];
  }

  private async *membershipsOf(userId: number): AsyncGenerator<object[], void> {
    for await (const batch of this.memberships.allOfUser(userId)) {
      const names = await this.accounts.namesOf(batch.map(({ accountId }) => accountId));
      yield batch.map(({ accountId, role }) => ({
        account_id: accountId,
        account_name: names.get(accountId) ?? null,
        role,
      }));
    }
  }

  private async *groupsOf({ user }: LatchkeyCaller, userId: number): AsyncGenerator<object[], void> {
    for await (const batch of this.records.groups(userId, user.id)) {
      yield batch.map(({ id, name }) => ({ id: String(id), name }));
    }
  }

  private async *tokensOf(caller: LatchkeyCaller, query: TokenQuery): AsyncGenerator<object[], void> {
    const reader = await this.access.readerOf(caller);
    for await (const batch of this.search.batches(caller.user.id, scopeOf(reader), query)) {
      const found = await this.search.load(batch.map(({ id }) => id));
      const views = await this.tokens.all(reader, [...found.values()]);
      // A dialect may make handles of personal tokens that are hashes.
      yield views.map((view) => ({ ...view, handle: view.client_id ?? view.id }));
    }
  }

  /** The user sees less of rows that others wrote than an administrator who exports them. */
  private async *auditOf({ user }: LatchkeyCaller, userId: number): AsyncGenerator<object[], void> {
    const viewer: AuditViewer = await this.auditViews.viewerOf(user);
    for await (const rows of this.audit.all(viewer, { visibleTo: { userId, accounts: NO_ACCOUNTS } })) {
      const views = await this.auditViews.of(rows, viewer);
      yield views.map(({ details: { handle: _, ...details }, ...view }) => ({ ...view, details }));
    }
  }
}
