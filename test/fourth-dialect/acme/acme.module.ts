/** Serves the dialect: keys of an account, for users with a Bearer token. */
import { Delete, Get, HttpCode, Injectable, Module, Param, Post, Req } from '@nestjs/common';
import { ApiOperation, DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import type { Request } from 'express';
import {
  Authenticator,
  DomainError,
  ErrorFilter,
  PermissionGuard,
  USER_AUDIENCE,
  fromScope,
  guardedController,
  jsonMembers,
  mountProviders,
  originOf,
  permits,
  type Actor,
  type BodyError,
  type ErrorResponse,
  type ForeignPage,
  type InputError,
} from '../../../src/dialect-kit.js';
import type { AcmeKey } from './acme-key.entity.js';
import { AcmeKeyService } from './acme-key.service.js';
import { ConfigurableModuleClass } from './acme.options.js';

class AcmeErrors extends ErrorFilter {
  protected renderOwn(): undefined {
    return undefined;
  }

  protected renderBodyError({ message }: BodyError): ErrorResponse {
    return acme(400, message);
  }

  protected renderInputError({ message }: InputError): ErrorResponse {
    return acme(400, message);
  }

  protected renderDomainError({ code }: DomainError): ErrorResponse {
    return acme(code === 'unauthenticated' ? 401 : code === 'token_not_found' ? 404 : 403, code);
  }

  protected renderForeignPage({ message }: ForeignPage): ErrorResponse {
    return acme(403, message);
  }

  protected renderNotFound(): ErrorResponse {
    return acme(404, 'nothing here');
  }

  protected renderMethodNotAllowed(allowed: string): ErrorResponse {
    return acme(405, `use ${allowed}`);
  }

  protected renderUnreadable(status: number): ErrorResponse {
    return acme(status, 'unreadable');
  }

  protected renderRefusal(status: number, message: string): ErrorResponse {
    return acme(status, message);
  }

  protected renderInternalError(): ErrorResponse {
    return acme(500, 'internal error');
  }
}

function acme(status: number, text: string): ErrorResponse {
  return { status, body: { acme: text } };
}

const view = ({ id, handle, label, team }: AcmeKey): object => ({ id, handle, name: label, team });

@Injectable()
class AcmeGuard extends PermissionGuard {
  constructor(private readonly authenticator: Authenticator) {
    super();
  }

  protected async authorize(request: Request): Promise<Actor> {
    const presented = request.headers.authorization?.replace('Bearer ', '');
    const found = await this.authenticator.authenticate(presented, USER_AUDIENCE, originOf(request));
    if (found.status !== 'authenticated') throw new DomainError('unauthenticated', 'no');
    return found.principal.actor;
  }
}

const Caller = fromScope((actor: Actor) => actor);

const AcmeController = guardedController({ guard: AcmeGuard, errors: AcmeErrors });

@AcmeController('accounts/:accountId/keys', 'Keys')
class KeysController {
  constructor(private readonly keys: AcmeKeyService) {}

  @permits('user')
  @Post()
  @ApiOperation({ summary: 'Issue a key' })
  async create(
    @Caller() actor: Actor,
    @Req() request: Request,
    @Param('accountId') accountId: string,
  ): Promise<object> {
    const { name, team } = jsonMembers(request) as { name: string; team?: string };
    const [key, secret] = await this.keys.issue(actor, accountId, name, team);
    return { ...view(key), key: secret.reveal() };
  }

  @permits('user')
  @Get()
  @ApiOperation({ summary: 'List keys' })
  async list(@Param('accountId') accountId: string): Promise<object[]> {
    return (await this.keys.list(accountId)).map(view);
  }

  @permits('user')
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a key' })
  async delete(@Caller() actor: Actor, @Param('accountId') accountId: string, @Param('id') id: string): Promise<void> {
    await this.keys.delete(actor, accountId, id);
  }
}

const CONTROLLERS = [KeysController];

const MOUNT = mountProviders({ name: 'AcmeModule', dialect: 'acme', controllers: CONTROLLERS, errors: AcmeErrors });

@Module({ controllers: CONTROLLERS, providers: [...MOUNT, AcmeGuard, AcmeKeyService] })
export class AcmeModule extends ConfigurableModuleClass {}

export function acmeDocument(): Omit<OpenAPIObject, 'paths'> {
  return new DocumentBuilder().setTitle('Acme keys').setVersion('1').build();
}
