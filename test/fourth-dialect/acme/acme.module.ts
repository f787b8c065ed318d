/** Serves the dialect: keys of an account, for users with a Bearer token. */
import {
  Catch,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Injectable,
  Module,
  Param,
  Post,
  Req,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
  type ArgumentsHost,
  type ExceptionFilter,
  type OnModuleInit,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { ApiOperation, DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import {
  Authenticator,
  DIALECT_PATH,
  DialectMount,
  DomainError,
  PathNotFound,
  PermissionGuard,
  permits,
  USER_AUDIENCE,
  fromScope,
  originOf,
  jsonMembers,
  sendError,
  type Actor,
  type ErrorResponse,
} from '../../../src/dialect-kit.js';
import type { AcmeKey } from './acme-key.entity.js';
import { AcmeKeyService } from './acme-key.service.js';
import { ConfigurableModuleClass } from './acme.options.js';

function render(error: unknown): ErrorResponse {
  if (error instanceof PathNotFound) return { status: 404, body: { acme: 'nothing here' } };
  if (!(error instanceof DomainError)) return { status: 500, body: { acme: String(error) } };
  const status = error.code === 'unauthenticated' ? 401 : error.code === 'token_not_found' ? 404 : 403;
  return { status, body: { acme: error.code } };
}

@Catch()
class AcmeErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    sendError(host.switchToHttp().getResponse<Response>(), render(error));
  }
}

const view = ({ id, label, team }: AcmeKey): object => ({ id, name: label, team });

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

@Controller({ path: 'accounts/:accountId/keys', version: VERSION_NEUTRAL })
@UseGuards(AcmeGuard)
@UseFilters(AcmeErrorFilter)
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
    const { name, team } = jsonMembers(request) as { name: string; team: string };
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

@Injectable()
class AcmeMount extends DialectMount implements OnModuleInit {
  constructor(host: HttpAdapterHost, config: ApplicationConfig, @Inject(DIALECT_PATH) path: string) {
    super(host, config, { name: 'AcmeModule', dialect: 'acme', controllers: CONTROLLERS, path, renderError: render });
  }

  onModuleInit(): void {
    this.install();
  }
}

@Module({ controllers: CONTROLLERS, providers: [AcmeMount, AcmeGuard, AcmeKeyService] })
export class AcmeModule extends ConfigurableModuleClass {}

export function acmeDocument(): Omit<OpenAPIObject, 'paths'> {
  return new DocumentBuilder().setTitle('Acme keys').setVersion('1').build();
}
