/** Finds the account of a route below `accounts/:accountId` and checks the caller's access to it. */
import { Injectable } from '@nestjs/common';
import { AccountService, MembershipService, type Account, type Principal } from '../../identity/index.js';
import { FORBIDDEN, NoRoute } from './cloudflare.errors.js';

const ACCOUNT_ID = /^[0-9a-f]{32}$/i;

@Injectable()
export class AccountScope {
  constructor(
    private readonly accounts: AccountService,
    private readonly memberships: MembershipService,
  ) {}

  /**
   * The account a path names, for whoever may look at it: its members and administrators of the server.
   * @throws NoRoute, CloudflareError 403
   */
  toRead(caller: Principal, id: string): Promise<Account> {
    return this.account(caller, id, ['administrator', 'read_only']);
  }

  /**
   * The same, for whoever may change it: its administrators and those of the server.
   * @throws NoRoute, CloudflareError 403
   */
  toChange(caller: Principal, id: string): Promise<Account> {
    return this.account(caller, id, ['administrator']);
  }

  private async account({ user }: Principal, text: string, roles: readonly string[]): Promise<Account> {
    if (!ACCOUNT_ID.test(text)) throw new NoRoute();
    const id = text.toLowerCase();
    if (!user.admin && !roles.includes((await this.memberships.roleOf(user.id, id)) ?? '')) throw FORBIDDEN;
    const account = await this.accounts.find(id);
    if (!account) throw user.admin ? new NoRoute() : FORBIDDEN;
    return account;
  }
}
