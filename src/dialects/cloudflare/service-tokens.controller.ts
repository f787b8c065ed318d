/** `accounts/:accountId/access/service_tokens` (docs/contracts/cloudflare.md §1, §4). */
import { Delete, Get, Post, Put, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ApiQuery } from '../../internals/index.js';
import { Input, OptionalInput, exampleOf, optionalExamples, parseRfc3339, queryText } from '../../http/index.js';
import type { Principal } from '../../identity/index.js';
import { CloudflareController } from './cloudflare.controller.js';
import { Documented, NameParameter, PageParameters } from './cloudflare.docs.js';
import { AccountId, Caller, Permits, TokenInPath } from './cloudflare.guard.js';
import { NewServiceTokenInput, RotateInput, ServiceTokenPatchInput } from './service-tokens.inputs.js';
import {
  ChangedServiceTokenView,
  ServiceTokenView,
  ServiceTokenWithSecretView,
  createdServiceTokenView,
  serviceTokenView,
} from './cloudflare.views.js';
import { pageRequestOf, requestedPage, sendAll, sendPage, success, wantsAll, type Envelope } from './envelope.js';
import type { ServiceToken } from './service-token.entity.js';
import { ServiceTokenService, type ServiceTokenChanges } from './service-token.service.js';
import { zoneTwin } from './zone-twin.js';

@CloudflareController('accounts/:accountId/access/service_tokens', 'Service tokens')
export class ServiceTokensController {
  constructor(private readonly tokens: ServiceTokenService) {}

  @Permits('account:change')
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
    @Caller() { actor }: Principal,
    @AccountId() accountId: string,
    @Input(NewServiceTokenInput) input: NewServiceTokenInput,
  ): Promise<Envelope<ServiceTokenView>> {
    const changes = { ...serviceTokenChanges(input), name: input.name };
    return success(createdServiceTokenView(await this.tokens.create(actor, accountId, changes)));
  }

  @Permits('account:read')
  @Get()
  @Documented({
    summary: 'List service tokens',
    description: 'Oldest first, including expired and disabled ones. Without `per_page`, all of them.',
    returns: 'The tokens, without secrets.',
    result: ServiceTokenView,
    isList: true,
    refusals: ['invalid', 'no_account', 'too_many'],
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
    @Caller() { user }: Principal,
    @AccountId() accountId: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const page = requestedPage(request);
    const filter = { label: queryText(request, 'name'), search: queryText(request, 'search') };
    if (wantsAll(page)) {
      await sendAll(response, this.tokens.all(user.id, accountId, filter), serviceTokenView);
      return;
    }
    const [tokens, total] = await this.tokens.page(user.id, accountId, filter, pageRequestOf(page));
    sendPage(response, tokens.map(serviceTokenView), page, total);
  }

  @Permits('account:read')
  @Get(':tokenId')
  @Documented({
    summary: 'Get one service token',
    description: 'Also for expired and disabled tokens. The secret is not included: if it is lost, rotate it.',
    returns: 'The token, without its secret.',
    result: ServiceTokenView,
    refusals: ['no_token'],
  })
  get(@TokenInPath() token: ServiceToken): Envelope<ServiceTokenView> {
    return success(serviceTokenView(token));
  }

  @Permits('account:change')
  @Put(':tokenId')
  @Documented({
    summary: 'Change a service token',
    returns: 'The changed token, with the new secret if it was rotated.',
    description:
      'Absent members stay unchanged. A `duration`, even the same one, renews the token, which then expires at now + ' +
      'duration. A higher `client_secret_version` rotates the secret, ' +
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
    @Caller() { actor }: Principal,
    @TokenInPath() token: ServiceToken,
    @Input(ServiceTokenPatchInput) input: ServiceTokenPatchInput,
  ): Promise<Envelope<ServiceTokenView>> {
    return success(createdServiceTokenView(await this.tokens.update(actor, token, serviceTokenChanges(input))));
  }

  @Permits('account:change')
  @Delete(':tokenId')
  @Documented({
    summary: 'Delete a service token',
    description:
      'When this returns, no instance accepts the token. Refused (400, 12139) while a policy names it: change or delete ' +
      'the policy first.',
    returns: 'The last state of the token.',
    result: ServiceTokenView,
    refusals: ['in_use', 'no_token'],
  })
  async delete(
    @Caller() { actor }: Principal,
    @TokenInPath() token: ServiceToken,
  ): Promise<Envelope<ServiceTokenView>> {
    return success(serviceTokenView(await this.tokens.delete(actor, token)));
  }

  @Permits('account:change')
  @Post(':tokenId/refresh')
  @Documented({
    summary: 'Renew a service token',
    description: 'The token then expires at now + its duration, one year by default. `forever` keeps its date.',
    returns: 'The renewed token.',
    result: ServiceTokenView,
    refusals: ['no_token'],
  })
  async refresh(
    @Caller() { actor }: Principal,
    @TokenInPath() token: ServiceToken,
  ): Promise<Envelope<ServiceTokenView>> {
    return success(serviceTokenView(await this.tokens.refresh(actor, token)));
  }

  @Permits('account:change')
  @Post(':tokenId/rotate')
  @Documented({
    summary: 'Rotate the secret of a service token',
    returns: 'The token with its new secret.',
    description:
      'The response contains the new secret. The old secret stops working at once, or at ' +
      '`previous_client_secret_expires_at`. Any earlier one stops now. A rotation that is requested before another one ' +
      'has returned gets 409 and changes nothing.',
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
    @Caller() { actor }: Principal,
    @TokenInPath() token: ServiceToken,
    @OptionalInput(RotateInput) input: RotateInput,
  ): Promise<Envelope<ServiceTokenView>> {
    return success(createdServiceTokenView(await this.tokens.rotate(actor, token, overlapEnd(input))));
  }
}

export const ZoneServiceTokensController = zoneTwin(ServiceTokensController, 'access/service_tokens');

/** The changes that a body requests, in the terms of the service. */
function serviceTokenChanges(input: ServiceTokenPatchInput): ServiceTokenChanges {
  const version = input.client_secret_version ?? 0;
  return {
    name: input.name ?? undefined,
    duration: input.duration ?? undefined,
    enabled: input.enabled ?? undefined,
    version: version === 0 ? undefined : version,
    previousUntil: overlapEnd(input),
  };
}

/** Until when the old secret is to work, if the body contains it. */
function overlapEnd({ previous_client_secret_expires_at: end }: RotateInput): Date | undefined {
  return typeof end === 'string' ? parseRfc3339(end) : undefined;
}
