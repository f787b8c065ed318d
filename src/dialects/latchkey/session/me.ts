/** Collects who the caller is, and what they may do. */
import { UserDirectory, shownIdOf } from '../../../core/index.js';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { prefixOf } from '../../../http/index.js';
import { AccountService, LocalUserDirectory, MembershipService, PasswordService } from '../../../identity/index.js';
import type { Values } from '../../../settings/index.js';
import { LATCHKEY_API_OPTIONS } from '../latchkey.options.js';
import type { LATCHKEY_API_SETTINGS } from '../latchkey.settings.js';
import { CONSOLE, OpenIdSignIn } from '../openid/openid-sign-in.js';
import { timeView } from '../times.js';
import { HostCallers } from '../host-sign-in/host-callers.js';
import type { ApiCaller } from './api-caller.js';
import type { MeView } from './me.views.js';

/** People with more accounts find the others in the list of accounts. */
const MOST_ACCOUNTS = 200;

@Injectable()
export class Me {
  constructor(
    private readonly accounts: AccountService,
    private readonly memberships: MembershipService,
    private readonly users: UserDirectory,
    private readonly host: HttpAdapterHost,
    private readonly openid: OpenIdSignIn,
    private readonly signIn: HostCallers,
    private readonly passwords: PasswordService,
    @Inject(LATCHKEY_API_OPTIONS) private readonly options: Values<typeof LATCHKEY_API_SETTINGS>,
  ) {}

  async view(
    { user, token }: Pick<ApiCaller, 'user' | 'token'>,
    via: MeView['via'],
    csrfToken: string | null,
  ): Promise<MeView> {
    return {
      user: {
        id: shownIdOf(user),
        name: user.name,
        email: user.email,
        role: user.admin ? 'administrator' : 'user',
      },
      accounts: await this.accountsOf(user.id),
      via,
      csrf_token: csrfToken,
      expires_at: timeView(token.expiresAt),
      host: via === 'host' ? this.hostView() : null,
      features: {
        console: prefixOf(this.host, CONSOLE) !== undefined,
        openid: this.openid.label !== null,
        personal_tokens: true,
        own_users: this.users instanceof LocalUserDirectory,
        change_password: await this.passwords.has(user.id),
      },
      server: {
        name: 'Latchkey',
        version: this.options.productVersion,
        events_keepalive_seconds: this.options.keepaliveSeconds,
      },
    };
  }

  /** What somebody is told who is signed in by the host. */
  signOutAtHost(): string {
    const { name, signOutUrl } = this.signIn.place ?? {};
    return `you are signed in by ${name ?? 'the host'}; sign out there${signOutUrl === undefined ? '' : `: ${signOutUrl}`}`;
  }

  private hostView(): MeView['host'] {
    const { name = null, signOutUrl = null } = this.signIn.place ?? {};
    return { name, sign_out_url: signOutUrl };
  }

  private async accountsOf(userId: number): Promise<MeView['accounts']> {
    const [memberships] = await this.memberships.listOfUser(userId, { offset: 0, limit: MOST_ACCOUNTS });
    const names = await this.accounts.namesOf(memberships.map(({ accountId }) => accountId));
    return memberships.flatMap(({ accountId: id, role }) => {
      const name = names.get(id);
      return name === undefined ? [] : { id, name, role };
    });
  }
}
