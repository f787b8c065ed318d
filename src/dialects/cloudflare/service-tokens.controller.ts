/** `accounts/:accountId/access/service_tokens` (contract §1, §4). */
import { Delete, Get, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { DomainError } from '../../core/index.js';
import { Incoming, IncomingBody, exampleOf, optionalExamples, queryText, streamJsonList } from '../../http/index.js';
import type { Principal } from '../../identity/index.js';
import { AccountScope } from './account-scope.js';
import { CloudflareController } from './cloudflare.controller.js';
import { Documented, NameParameter, PageParameters } from './cloudflare.docs.js';
import { Caller } from './cloudflare.guard.js';
import {
  NewServiceTokenInput,
  RotateInput,
  ServiceTokenPatchInput,
  overlapEnd,
  serviceTokenChanges,
} from './cloudflare.inputs.js';
import {
  ChangedServiceTokenView,
  ServiceTokenView,
  ServiceTokenWithSecretView,
  createdServiceTokenView,
  serviceTokenView,
} from './cloudflare.views.js';
import { requestedPage, resultInfo, pageRequestOf, success, successPage, type Envelope } from './envelope.js';
import type { ServiceToken } from './service-token.entity.js';
import { ServiceTokenService } from './service-token.service.js';

const TOKEN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

@CloudflareController('accounts/:accountId/access/service_tokens', 'Service tokens')
export class ServiceTokensController {
  constructor(
    private readonly scope: AccountScope,
    private readonly tokens: ServiceTokenService,
  ) {}

  @Post()
  @Documented({
    summary: 'Create a service token',
    description: 'The response contains `client_secret`. It is never shown again.',
    returns: 'The new token with its secret.',
    status: 201,
    body: NewServiceTokenInput,
    examples: {
      'For a year': { name: 'CI/CD token' },
      'Without expiry': { name: 'CI/CD token', duration: 'forever' },
    },
    result: ServiceTokenWithSecretView,
    refusals: ['invalid', 'no_account'],
  })
  async create(
    @Caller() caller: Principal,
    @Param('accountId') accountId: string,
    @Incoming() body: IncomingBody,
  ): Promise<Envelope<ServiceTokenView>> {
    const account = await this.scope.toChange(caller, accountId);
    const input = body.as(NewServiceTokenInput);
    const changes = { ...serviceTokenChanges(input), name: input.name };
    return success(createdServiceTokenView(await this.tokens.create(caller.actor, account.id, changes)));
  }

  @Get()
  @Documented({
    summary: 'List service tokens',
    description: 'Oldest first, including expired and disabled ones. Without `per_page`, all of them.',
    returns: 'The tokens, without secrets.',
    result: ServiceTokenView,
    isList: true,
    refusals: ['invalid', 'no_account'],
  })
  @PageParameters()
  @NameParameter(exampleOf(ServiceTokenView).name)
  @ApiQuery({
    name: 'search',
    required: false,
    type: String,
    examples: optionalExamples({ part: 'ci/' }),
    description: 'Part of the name, ignoring case.',
  })
  async list(
    @Caller() caller: Principal,
    @Param('accountId') accountId: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Envelope<ServiceTokenView[]> | undefined> {
    const account = await this.scope.toRead(caller, accountId);
    const page = requestedPage(request);
    const filter = { label: queryText(request, 'name'), search: queryText(request, 'search') };
    if (page.perPage === undefined && page.page === 1) {
      const batches = this.tokens.all(account.id, filter);
      await streamJsonList(response, batches, serviceTokenView, (count) => ({
        ...success([]),
        result_info: resultInfo(page, count, count),
      }));
      return undefined;
    }
    const [tokens, total] = await this.tokens.page(account.id, filter, pageRequestOf(page));
    return successPage(tokens.map(serviceTokenView), page, total);
  }

  @Get(':tokenId')
  @Documented({
    summary: 'Get one service token',
    description: 'Also for expired and disabled tokens. The secret is not included: if it is lost, rotate it.',
    returns: 'The token, without its secret.',
    result: ServiceTokenView,
    refusals: ['no_token'],
  })
  async get(
    @Caller() caller: Principal,
    @Param('accountId') accountId: string,
    @Param('tokenId') tokenId: string,
  ): Promise<Envelope<ServiceTokenView>> {
    const account = await this.scope.toRead(caller, accountId);
    return success(serviceTokenView(await this.existing(account.id, tokenId)));
  }

  @Put(':tokenId')
  @Documented({
    summary: 'Change a service token',
    returns: 'The changed token, with the new secret if it was rotated.',
    description:
      'Absent members stay unchanged. A `duration` renews the token. A higher `client_secret_version` rotates the secret, ' +
      'and the response then contains the new `client_secret`. `previous_client_secret_expires_at` moves or ends a ' +
      'running overlap.',
    body: ServiceTokenPatchInput,
    examples: {
      Rename: { name: 'Deployment token' },
      Renew: { duration: '17520h' },
      Disable: { enabled: false },
      Rotate: { client_secret_version: 2, previous_client_secret_expires_at: '2030-01-31T12:00:00Z' },
    },
    result: ChangedServiceTokenView,
    refusals: ['invalid', 'no_token', 'conflict'],
  })
  async update(
    @Caller() caller: Principal,
    @Param('accountId') accountId: string,
    @Param('tokenId') tokenId: string,
    @Incoming() body: IncomingBody,
  ): Promise<Envelope<ServiceTokenView>> {
    const token = await this.changeable(caller, accountId, tokenId);
    const changes = serviceTokenChanges(body.as(ServiceTokenPatchInput));
    return success(createdServiceTokenView(await this.tokens.update(caller.actor, token, changes)));
  }

  @Delete(':tokenId')
  @Documented({
    summary: 'Delete a service token',
    description: 'When this returns, no instance accepts the token.',
    returns: 'The last state of the token.',
    result: ServiceTokenView,
    refusals: ['no_token'],
  })
  async delete(
    @Caller() caller: Principal,
    @Param('accountId') accountId: string,
    @Param('tokenId') tokenId: string,
  ): Promise<Envelope<ServiceTokenView>> {
    const token = await this.changeable(caller, accountId, tokenId);
    return success(serviceTokenView(await this.tokens.delete(caller.actor, token)));
  }

  @Post(':tokenId/refresh')
  @Documented({
    summary: 'Renew a service token',
    description: 'The token then expires at now + its duration, one year by default. `forever` keeps its date.',
    returns: 'The renewed token.',
    result: ServiceTokenView,
    refusals: ['no_token'],
  })
  async refresh(
    @Caller() caller: Principal,
    @Param('accountId') accountId: string,
    @Param('tokenId') tokenId: string,
  ): Promise<Envelope<ServiceTokenView>> {
    const token = await this.changeable(caller, accountId, tokenId);
    return success(serviceTokenView(await this.tokens.refresh(caller.actor, token)));
  }

  @Post(':tokenId/rotate')
  @Documented({
    summary: 'Rotate the secret of a service token',
    returns: 'The token with its new secret.',
    description:
      'The response contains the new secret. The old secret stops working at once, or at ' +
      '`previous_client_secret_expires_at`. Any earlier one stops now.',
    body: RotateInput,
    examples: {
      'At once': {},
      'With an overlap': { previous_client_secret_expires_at: '2030-01-31T12:00:00Z' },
    },
    bodyOptional: true,
    result: ServiceTokenWithSecretView,
    refusals: ['invalid', 'no_token', 'conflict'],
  })
  async rotate(
    @Caller() caller: Principal,
    @Param('accountId') accountId: string,
    @Param('tokenId') tokenId: string,
    @Incoming() body: IncomingBody,
  ): Promise<Envelope<ServiceTokenView>> {
    const token = await this.changeable(caller, accountId, tokenId);
    const previousUntil = overlapEnd(body.as(RotateInput));
    return success(createdServiceTokenView(await this.tokens.rotate(caller.actor, token, previousUntil)));
  }

  private async changeable(caller: Principal, accountId: string, tokenId: string): Promise<ServiceToken> {
    const account = await this.scope.toChange(caller, accountId);
    return this.existing(account.id, tokenId);
  }

  private async existing(accountId: string, tokenId: string): Promise<ServiceToken> {
    if (!TOKEN_ID.test(tokenId)) throw new DomainError('token_not_found', 'no such service token');
    return this.tokens.get(accountId, tokenId.toLowerCase());
  }
}
