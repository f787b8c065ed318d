/** Serves `users/:id/access-tokens`, the personal tokens of a user (docs/contracts/canvus.md §2). */
import { Delete, Get, Patch, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { DirectoryUser } from '../../core/index.js';
import { EmptyView, Input, allowCompression, streamJsonArray } from '../../http/index.js';
import { PersonalTokenService, type PersonalToken, type Principal } from '../../identity/index.js';
import { CanvusController } from './canvus.controller.js';
import { Documented } from './canvus.docs.js';
import { Caller, OwnerInPath, Permits, TokenInPath } from './canvus.guard.js';
import { AccessTokenInput } from './canvus.inputs.js';
import { AccessTokenView, CreatedAccessTokenView, accessTokenView, createdAccessTokenView } from './canvus.views.js';
import { Streams } from './streams/streams.js';
import { WatchedResources } from './streams/watched-resources.js';
import { Subscribable, asksForStream } from './streams/subscribe-parameter.js';

@CanvusController('users/:id/access-tokens', 'Access tokens')
export class AccessTokensController {
  constructor(
    private readonly tokens: PersonalTokenService,
    private readonly streams: Streams,
    private readonly resources: WatchedResources,
  ) {}

  @Permits('self-or-administrator')
  @Get()
  @Subscribable()
  @Documented({
    summary: 'List tokens',
    returns: 'The tokens.',
    description: 'Regular users see their own tokens, administrators those of all users. The secrets are never shown.',
    answer: AccessTokenView,
    isArray: true,
    isLimited: true,
    errors: [400, 403, 404],
  })
  async list(
    @Caller() caller: Principal,
    @OwnerInPath() owner: DirectoryUser,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (asksForStream(request)) await this.streams.open(response, caller, this.resources.tokensOf(owner.id));
    else {
      allowCompression(response);
      await streamJsonArray(response, this.tokens.all(owner.id, caller.user.id), accessTokenView);
    }
  }

  @Permits('self-or-administrator')
  @Get(':tokenId')
  @Subscribable()
  @Documented({
    summary: 'Get one token',
    returns: 'The token, without its secret.',
    description:
      'Regular users see their own, administrators those of anybody. The token itself is never shown: it cannot be ' +
      'had again.',
    answer: AccessTokenView,
    isLimited: true,
    errors: [400, 403, 404],
  })
  async get(
    @Caller() caller: Principal,
    @TokenInPath() token: PersonalToken,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (asksForStream(request)) {
      await this.streams.open(response, caller, this.resources.token(token.userId, token.handle));
    } else {
      response.json(accessTokenView(token));
    }
  }

  @Permits('self-or-administrator')
  @Post()
  @Documented({
    summary: 'Create a token',
    description: 'The response contains the token in `plain_token`. It is never shown again.',
    returns: 'The new token with its secret.',
    body: AccessTokenInput,
    answer: CreatedAccessTokenView,
    errors: [400, 403, 404],
  })
  async create(
    @Caller() { actor }: Principal,
    @OwnerInPath() owner: DirectoryUser,
    @Input(AccessTokenInput) { description }: AccessTokenInput,
  ): Promise<CreatedAccessTokenView> {
    return createdAccessTokenView(await this.tokens.issue(actor, owner.id, description));
  }

  @Permits('self-or-administrator')
  @Patch(':tokenId')
  @Documented({
    summary: 'Change a token’s description',
    description: 'Nothing else of a token can be changed. The token stays valid and keeps its `id`.',
    returns: 'The changed token.',
    body: AccessTokenInput,
    answer: AccessTokenView,
    errors: [400, 403, 404],
  })
  async describe(
    @Caller() { actor }: Principal,
    @TokenInPath() token: PersonalToken,
    @Input(AccessTokenInput) { description }: AccessTokenInput,
  ): Promise<AccessTokenView> {
    return accessTokenView(await this.tokens.describe(actor, token, description));
  }

  @Permits('self-or-administrator')
  @Delete(':tokenId')
  @Documented({
    summary: 'Delete a token',
    description: 'Revokes the token: when this returns, no instance accepts it.',
    returns: 'An empty object.',
    answer: EmptyView,
    errors: [400, 403, 404],
  })
  async delete(@Caller() { actor }: Principal, @TokenInPath() token: PersonalToken): Promise<EmptyView> {
    await this.tokens.revoke(actor, token);
    return {};
  }
}
