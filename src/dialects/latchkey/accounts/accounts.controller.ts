/** Serves `accounts` (docs/contracts/latchkey.md §5). */
import { Delete, Get, HttpCode, Patch, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { StrictInput } from '../../../http/index.js';
import { AccountAbilities, AccountListing, AccountService, isHexId, type Account } from '../../../identity/index.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { LatchkeyController } from '../latchkey.controller.js';
import { Documented } from '../latchkey.docs.js';
import { AccountId, Caller, Permits, type LatchkeyCaller } from '../latchkey.guard.js';
import { wrongMember, unknown } from '../latchkey.problems.js';
import { textParameter } from '../query/kinds.js';
import { PAGE, type Page } from '../query/paging.js';
import { Queried, QueryInput, type QueryValues } from '../query/parameters.js';
import { pageOf, placeIn } from '../query/places.js';
import { AccountDeletionInput, AccountInput, EXAMPLE_NEW_ACCOUNT_ID, NewAccountInput } from './accounts.inputs.js';
import { AccountList, AccountView, accountView } from './accounts.views.js';

const QUERY = { q: textParameter('Part of the name.', 255, 'acme'), ...PAGE };

const WRONG_ID = 'id must be 32 hexadecimal digits in lower case, such as a UUID without its hyphens';

@LatchkeyController('accounts', 'Accounts')
export class AccountsController {
  constructor(
    private readonly accounts: AccountService,
    private readonly listing: AccountListing,
    private readonly idempotency: Idempotency,
    private readonly abilities: AccountAbilities,
  ) {}

  @Permits('signed-in')
  @Get()
  @Queried(QUERY)
  @Documented({
    operationId: 'listAccounts',
    summary: 'List accounts',
    description: 'Those that you are a member of, or all for administrators of the server; oldest first.',
    returns: 'A page of accounts.',
    answer: AccountList,
    problems: ['gone', 'too-many-requests'],
  })
  async list(
    @Caller() { user }: LatchkeyCaller,
    @QueryInput(QUERY) { q, limit, cursor }: QueryValues<typeof QUERY>,
  ): Promise<Page<AccountView>> {
    const list = ['accounts', q];
    const part = await this.listing.page(user, q, { after: placeIn(cursor, list), limit });
    return pageOf(part, await this.viewed(user, part.rows), list);
  }

  @Permits('administrator')
  @Post()
  @Documented({
    operationId: 'createAccount',
    summary: 'Create an account',
    description:
      'No two accounts have names that look the same, whatever the case; the name of an account that was renamed or ' +
      'deleted stays reserved for it for a while.',
    returns: 'The account, which has no member yet.',
    status: 201,
    headers: { Location: 'The path of the account.' },
    body: NewAccountInput,
    examples: {
      'With a random id': { name: 'Acme' },
      'With an id of yours': { name: 'Acme', id: EXAMPLE_NEW_ACCOUNT_ID },
    },
    answer: AccountView,
    problems: ['conflict', 'idempotency-key-reused'],
  })
  async create(
    @Caller() caller: LatchkeyCaller,
    @StrictInput(NewAccountInput) { name, id }: NewAccountInput,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AccountView> {
    return this.idempotency.once({ caller, request: response.req, response }, async () => {
      if (typeof id === 'string' && !isHexId(id)) throw wrongMember('id', WRONG_ID);
      const account = await this.accounts.create(caller.actor, name, { ...(typeof id === 'string' && { id }) });
      response.set('Location', `accounts/${account.id}`);
      return this.view(caller.user, account);
    });
  }

  @Permits('account:read')
  @Get(':accountId')
  @Documented({
    operationId: 'getAccount',
    summary: 'Get an account',
    description: 'For its members and administrators of the server.',
    returns: 'The account.',
    answer: AccountView,
    problems: ['not-found'],
  })
  async get(@Caller() { user }: LatchkeyCaller, @AccountId() id: string): Promise<AccountView> {
    const account = await this.accounts.find(id);
    if (!account) throw unknown('account');
    return this.view(user, account);
  }

  @Permits('account:change')
  @Patch(':accountId')
  @Documented({
    operationId: 'updateAccount',
    summary: 'Rename an account',
    description: 'A server may leave that to its own administrators (`ACCOUNT_RENAMED_BY`): 403.',
    returns: 'The changed account.',
    body: AccountInput,
    answer: AccountView,
    problems: ['not-found', 'conflict', 'quota-exceeded'],
  })
  async update(
    @Caller() { actor, user }: LatchkeyCaller,
    @AccountId() id: string,
    @StrictInput(AccountInput) { name }: AccountInput,
  ): Promise<AccountView> {
    return this.view(user, await this.accounts.update(actor, id, { name }));
  }

  @Permits('administrator')
  @Delete(':accountId')
  @HttpCode(204)
  @Documented({
    operationId: 'deleteAccount',
    summary: 'Delete an account',
    description:
      'With its tokens, which are not accepted any more when this answers, its memberships and applications.',
    returns: 'The account is deleted.',
    body: AccountDeletionInput,
    answer: null,
    problems: ['not-found'],
  })
  async delete(
    @Caller() { actor }: LatchkeyCaller,
    @AccountId() id: string,
    @StrictInput(AccountDeletionInput) { name }: AccountDeletionInput,
  ): Promise<void> {
    const account = await this.accounts.find(id);
    if (!account) throw unknown('account');
    if (account.name !== name) throw wrongMember('name', 'name must be that of the account; nothing was deleted');
    await this.accounts.delete(actor, id);
  }

  private async viewed(user: LatchkeyCaller['user'], accounts: readonly Account[]): Promise<AccountView[]> {
    const figures = await this.listing.figuresOf(
      user,
      accounts.map(({ id }) => id),
    );
    return accounts.map((account) =>
      accountView(account, figures.get(account.id), (role) => this.abilities.of(user, role)),
    );
  }

  private async view(user: LatchkeyCaller['user'], account: Account): Promise<AccountView> {
    const [view] = await this.viewed(user, [account]);
    if (!view) throw new Error('an account has no view');
    return view;
  }
}
