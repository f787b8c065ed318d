/** `users/:id/access-tokens`: the permanent tokens of a user (contract §2). */
import { Delete, Get, Param, Patch, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DomainError } from '../../core/index.js';
import { EmptyView, Incoming, IncomingBody } from '../../http/index.js';
import { PersonalTokenService, type PersonalToken, type Principal } from '../../identity/index.js';
import { CanvusController } from './canvus.controller.js';
import { Documented } from './canvus.docs.js';
import { Caller } from './canvus.guard.js';
import { AccessTokenInput } from './canvus.inputs.js';
import { TOKEN_NOT_FOUND } from './canvus.messages.js';
import { AccessTokenView, CreatedAccessTokenView, accessTokenView, createdAccessTokenView } from './canvus.views.js';
import { Streams } from './streams/streams.js';
import { WatchedResources } from './streams/watched-resources.js';
import { Subscribable, asksForStream } from './streams/subscribe-parameter.js';
import { UserScope } from './user-scope.js';

/** Nothing else can be an id, and some of it no database would look up. */
const TOKEN_ID = /^[A-Za-z0-9]{80}$/;

@CanvusController('users/:id/access-tokens', 'Access tokens')
export class AccessTokensController {
  constructor(
    private readonly scope: UserScope,
    private readonly tokens: PersonalTokenService,
    private readonly streams: Streams,
    private readonly resources: WatchedResources,
  ) {}

  @Get()
  @Subscribable()
  @Documented({
    summary: 'List tokens',
    description:
      'Regular users see their own tokens, administrators those of anybody. The tokens themselves are never shown.',
    answer: AccessTokenView,
    isArray: true,
    errors: [400, 403, 404],
  })
  async list(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const owner = await this.scope.owner(caller, id);
    if (asksForStream(request)) await this.streams.open(response, caller, this.resources.tokensOf(owner.id));
    else response.json((await this.tokens.list(owner.id)).map(accessTokenView));
  }

  @Get(':tokenId')
  @Subscribable()
  @Documented({
    summary: 'Get one token',
    description:
      'Regular users see their own, administrators those of anybody. The token itself is never shown: it cannot be ' +
      'had again.',
    answer: AccessTokenView,
    errors: [400, 403, 404],
  })
  async get(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Param('tokenId') tokenId: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const token = await this.existing(caller, id, tokenId);
    if (asksForStream(request)) {
      await this.streams.open(response, caller, this.resources.token(token.userId, token.handle));
    } else {
      response.json(accessTokenView(token));
    }
  }

  @Post()
  @Documented({
    summary: 'Create a token',
    description: 'The answer holds the token in `plain_token`; it cannot be had again.',
    body: AccessTokenInput,
    answer: CreatedAccessTokenView,
    errors: [400, 403, 404],
  })
  async create(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Incoming() body: IncomingBody,
  ): Promise<CreatedAccessTokenView> {
    const owner = await this.scope.owner(caller, id);
    const { description } = body.as(AccessTokenInput);
    return createdAccessTokenView(await this.tokens.issue(caller.actor, owner.id, description));
  }

  @Patch(':tokenId')
  @Documented({
    summary: 'Change a token’s description',
    description: 'Nothing else of a token can be changed: it stays valid, and its `id` the same.',
    body: AccessTokenInput,
    answer: AccessTokenView,
    errors: [400, 403, 404],
  })
  async describe(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Param('tokenId') tokenId: string,
    @Incoming() body: IncomingBody,
  ): Promise<AccessTokenView> {
    const token = await this.existing(caller, id, tokenId);
    const { description } = body.as(AccessTokenInput);
    return accessTokenView(await this.tokens.describe(caller.actor, token, description));
  }

  @Delete(':tokenId')
  @Documented({
    summary: 'Delete a token',
    description: 'The token is revoked: by the time of the answer it is accepted nowhere.',
    answer: EmptyView,
    errors: [400, 403, 404],
  })
  async delete(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Param('tokenId') tokenId: string,
  ): Promise<EmptyView> {
    const token = await this.existing(caller, id, tokenId);
    await this.tokens.revoke(caller.actor, token);
    return {};
  }

  private async existing(caller: Principal, id: string, tokenId: string): Promise<PersonalToken> {
    const owner = await this.scope.owner(caller, id);
    const token = TOKEN_ID.test(tokenId) ? await this.tokens.find(owner.id, tokenId) : null;
    if (!token) throw new DomainError('token_not_found', TOKEN_NOT_FOUND);
    return token;
  }
}
