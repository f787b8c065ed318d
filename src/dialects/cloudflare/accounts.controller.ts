/** `accounts`: the tenants (docs/design.md §7). */
import { Delete, Get, Post, Put, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ApiQuery } from '../../internals/index.js';
import { Input, InputError, exampleOf, queryText } from '../../http/index.js';
import { AccountExtensions, AccountService, type Account, type Principal } from '../../identity/index.js';
import { CloudflareController } from './cloudflare.controller.js';
import { Documented, NameParameter, PageParameters } from './cloudflare.docs.js';
import { AccountId, AccountInPath, Caller, Permits } from './cloudflare.guard.js';
import { AccountInput, AccountPatchInput, accountChanges } from './cloudflare.inputs.js';
import { AccountIdView, AccountView, accountView } from './cloudflare.views.js';
import { pageRequestOf, requestedPage, sendAll, sendPage, success, wantsAll, type Envelope } from './envelope.js';

@CloudflareController('accounts', 'Accounts')
export class AccountsController {
  constructor(
    private readonly accounts: AccountService,
    private readonly extensions: AccountExtensions,
  ) {}

  @Permits('signed-in')
  @Get()
  @Documented({
    summary: 'List accounts',
    description: 'The accounts that the caller is a member of; all for administrators of the server. Oldest first.',
    returns: 'The accounts.',
    result: AccountView,
    isList: true,
    refusals: ['invalid', 'too_many'],
  })
  @PageParameters()
  @NameParameter(exampleOf(AccountView).name)
  @ApiQuery({ name: 'direction', required: false, enum: ['asc', 'desc'], description: 'Order by time of creation.' })
  async list(@Caller() { user }: Principal, @Req() request: Request, @Res() response: Response): Promise<void> {
    const page = requestedPage(request);
    const direction = queryText(request, 'direction') ?? 'asc';
    if (direction !== 'asc' && direction !== 'desc') {
      throw new InputError('direction', 'direction must be asc or desc', false);
    }
    const query = { name: queryText(request, 'name'), newestFirst: direction === 'desc' };
    if (wantsAll(page)) {
      await sendAll(response, this.viewsOf(this.accounts.all(user, query)), (view) => view);
      return;
    }
    const [accounts, total] = await this.accounts.list(user, query, pageRequestOf(page));
    sendPage(response, await this.views(accounts), page, total);
  }

  @Permits('account:read')
  @Get(':accountId')
  @Documented({
    summary: 'Get one account',
    returns: 'The account.',
    description:
      'For its members and administrators of the server. All others get the same 403 whether or not it exists.',
    result: AccountView,
    refusals: ['no_account'],
  })
  async get(@AccountInPath() account: Account): Promise<Envelope<AccountView>> {
    return success(await this.view(account));
  }

  @Permits('administrator')
  @Post()
  @Documented({
    summary: 'Create an account',
    description:
      'Administrators of the server only. No two accounts have names that look the same, whatever the case; the name of ' +
      'an account that was renamed or deleted stays reserved for it for a while.',
    returns: 'The new account.',
    body: AccountInput,
    result: AccountView,
    refusals: ['invalid', 'conflict'],
  })
  async create(
    @Caller() { actor }: Principal,
    @Input(AccountInput) { name, take_reserved_name: takesReserved }: AccountInput,
  ): Promise<Envelope<AccountView>> {
    const rights = { takesReserved: takesReserved ?? false };
    return success(await this.view(await this.accounts.create(actor, name, rights)));
  }

  @Permits('account:change')
  @Put(':accountId')
  @Documented({
    summary: 'Change an account',
    description:
      'For its administrators and those of the server. Absent members stay unchanged. The name that the account had ' +
      'stays reserved for it for a while. A server may leave renaming to its own administrators (403, 10501).',
    returns: 'The changed account.',
    body: AccountPatchInput,
    examples: {
      Rename: { name: 'Acme Works' },
    },
    result: AccountView,
    refusals: ['invalid', 'no_account', 'conflict'],
  })
  async update(
    @Caller() { actor }: Principal,
    @AccountId() id: string,
    @Input(AccountPatchInput) input: AccountPatchInput,
  ): Promise<Envelope<AccountView>> {
    const changes = accountChanges(input, this.extensions.settings);
    return success(await this.view(await this.accounts.update(actor, id, changes)));
  }

  @Permits('administrator')
  @Delete(':accountId')
  @Documented({
    summary: 'Delete an account',
    returns: 'The id of the deleted account.',
    description: 'Administrators of the server only. Its tokens are revoked at once, its memberships end.',
    result: AccountIdView,
    refusals: ['no_account'],
  })
  async delete(@Caller() { actor }: Principal, @AccountId() id: string): Promise<Envelope<AccountIdView>> {
    await this.accounts.delete(actor, id);
    return success({ id });
  }

  private async *viewsOf(batches: AsyncGenerator<Account[]>): AsyncGenerator<AccountView[]> {
    for await (const accounts of batches) yield await this.views(accounts);
  }

  private async views(accounts: Account[]): Promise<AccountView[]> {
    const settings = await this.accounts.settingsOf(accounts);
    return accounts.map((account, at) => accountView(account, settings[at] ?? {}));
  }

  private async view(account: Account): Promise<AccountView> {
    const [settings = {}] = await this.accounts.settingsOf([account]);
    return accountView(account, settings);
  }
}
