/** Serves `tokens`: tokens of every kind (docs/contracts/latchkey.md §2). */
import { Delete, Get, Patch, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Clock, type Token } from '../../../core/index.js';
import { StrictInput, allowCompression, streamText } from '../../../http/index.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { LatchkeyController } from '../latchkey.controller.js';
import { Documented, EXAMPLE_ACCOUNT_ID } from '../latchkey.docs.js';
import { Caller, Permits, TokenInPath, type LatchkeyCaller } from '../latchkey.guard.js';
import { Queried, QueryInput } from '../query/parameters.js';
import { TokenAccess } from '../../../managing/index.js';
import { TokenChanges } from './token-changes.js';
import { TokenLists } from './token-lists.js';
import { TokenPresenter } from './token-presenter.js';
import { tokensCsv } from './tokens.csv.js';
import { NewTokenInput, TokenPatchInput, expiryIn } from './tokens.inputs.js';
import { TOKEN_FILTERS, TOKEN_LIST, type TokenFilterValues, type TokenListValues } from './tokens.query.js';
import { TokenListView, TokenView, TokenWithSecretView } from './tokens.views.js';

@LatchkeyController('tokens', 'Tokens')
export class TokensController {
  constructor(
    private readonly lists: TokenLists,
    private readonly changes: TokenChanges,
    private readonly access: TokenAccess,
    private readonly views: TokenPresenter,
    private readonly clock: Clock,
    private readonly idempotency: Idempotency,
  ) {}

  @Permits('tokens')
  @Get()
  @Queried(TOKEN_LIST)
  @Documented({
    summary: 'List tokens',
    description:
      'Of every kind: your own, those of the accounts that you are a member of, and for administrators of the server ' +
      'those of everybody. Logins are not among them.',
    returns: 'A page of the tokens, without secrets.',
    answer: TokenListView,
    problems: ['gone', 'too-many-requests'],
  })
  list(
    @Caller() caller: LatchkeyCaller,
    @QueryInput(TOKEN_LIST) query: TokenListValues,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TokenListView> {
    allowCompression(response);
    return this.lists.page(caller, query);
  }

  @Permits('tokens')
  @Get('export.csv')
  @Queried(TOKEN_FILTERS)
  @Documented({
    operationId: 'exportTokens',
    summary: 'Export tokens as CSV',
    description: 'All that match the filters, however many. Values that spreadsheets take for formulas are escaped.',
    returns: 'The tokens, without secrets.',
    answer: 'text/csv',
    example: 'id,kind,name\r\n0199a2b3-c4d5-4e6f-8a7b-9c0d1e2f3a4b,service_token,CI/CD token\r\n',
    problems: ['too-many-requests'],
  })
  async export(
    @Caller() caller: LatchkeyCaller,
    @QueryInput(TOKEN_FILTERS) query: TokenFilterValues,
    @Res() response: Response,
  ): Promise<void> {
    allowCompression(response);
    const headers = {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': 'attachment; filename="tokens.csv"',
    };
    await streamText(response, headers, tokensCsv(this.lists.all(caller, query)));
  }

  @Permits('tokens')
  @Post()
  @Documented({
    summary: 'Create a token',
    description:
      'For an account (`service_token`, by its administrators) or for a person (`personal_token`). The answer holds ' +
      'the secret, which is never shown again. Without `expires_at` and `duration`, tokens of accounts last a year ' +
      'and personal tokens for ever.',
    returns: 'The new token with its secret.',
    status: 201,
    headers: { Location: 'The path of the token.' },
    body: NewTokenInput,
    examples: {
      'For an account': {
        kind: 'service_token',
        account_id: EXAMPLE_ACCOUNT_ID,
        name: 'CI/CD token',
        duration: '720h',
        scopes: ['deploy:read', 'deploy:write'],
      },
      'For yourself': { kind: 'personal_token', name: 'Laptop', expires_at: '2030-01-31T12:00:00Z' },
    },
    answer: TokenWithSecretView,
    problems: ['not-found', 'quota-exceeded', 'conflict', 'idempotency-key-reused'],
  })
  async create(
    @Caller() caller: LatchkeyCaller,
    @StrictInput(NewTokenInput) input: NewTokenInput,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TokenWithSecretView> {
    const { req: request } = response;
    return this.idempotency.once({ caller, request, response }, async () => {
      const { token, secret } = await this.changes.issue(caller, input, expiryIn(input, this.clock.now()));
      response.set('Location', `${request.baseUrl}${request.path.replace(/\/$/, '')}/${token.id}`);
      return this.views.withSecret(await this.access.readerOf(caller), await this.changes.read(token.id), secret);
    });
  }

  @Permits('token:read')
  @Get(':tokenId')
  @Documented({
    summary: 'Show one token',
    description: 'Also expired and disabled ones. The secret is never shown again: if it is lost, rotate the token.',
    returns: 'The token.',
    answer: TokenView,
    problems: ['not-found'],
  })
  async get(@Caller() caller: LatchkeyCaller, @TokenInPath() token: Token): Promise<TokenView> {
    return this.views.one(await this.access.readerOf(caller), token);
  }

  @Permits('token:change')
  @Patch(':tokenId')
  @Documented({
    summary: 'Change a token',
    description:
      'Rename it, change when it expires or its scopes, disable or enable it. Giving a personal token scopes ends the ' +
      'logins that were made with it. Absent members stay unchanged.',
    returns: 'The changed token.',
    body: TokenPatchInput,
    examples: {
      Rename: { name: 'Deployment token' },
      Disable: { disabled: true },
      Enable: { disabled: false },
      Limit: { scopes: ['deploy:read'] },
    },
    answer: TokenView,
    problems: ['not-found', 'conflict'],
  })
  async patch(
    @Caller() caller: LatchkeyCaller,
    @TokenInPath() token: Token,
    @StrictInput(TokenPatchInput) input: TokenPatchInput,
  ): Promise<TokenView> {
    const expiresAt = expiryIn(input, this.clock.now());
    const { name, disabled, scopes } = input;
    const changed = await this.changes.change(caller, token, {
      ...(typeof name === 'string' && { name }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(typeof disabled === 'boolean' && { enabled: !disabled }),
      ...(scopes !== undefined && { scopes }),
    });
    return this.views.one(await this.access.readerOf(caller), changed);
  }

  @Permits('token:change')
  @Delete(':tokenId')
  @Documented({
    operationId: 'revokeToken',
    summary: 'Revoke a token',
    description:
      'When this returns, no instance accepts the token, nor the logins that were made with it. A token that a policy ' +
      'names is not revoked: change the policy first.',
    returns: 'The token is gone.',
    answer: null,
    problems: ['not-found', 'conflict'],
  })
  async delete(@Caller() caller: LatchkeyCaller, @TokenInPath() token: Token): Promise<void> {
    await this.changes.revoke(caller, token);
  }
}
