/** Guards without routes of Latchkey, in the contexts of Nest, and what a host gets around them. */
import {
  Controller,
  Get,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type HttpException,
} from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ApiTokens,
  AnyOf,
  CloudflareModule,
  LatchkeyGuardsModule,
  LatchkeyHealthIndicator,
  LatchkeyModule,
  ServiceTokenGuard,
  TokenGuard,
  isLatchkeyRoute,
  principalOf,
  withTokenSchemes,
  type TokenPrincipal,
} from '../../src/index.js';
import { send, type Reply } from '../support/http.js';
import { startHost, type Host } from '../support/shop.js';
import { ADMIN } from '../support/test-server.js';
import { IN_MEMORY, firstStart, issueServiceToken, presented } from './support.js';

/** A guard that comes later and decides by the caller. */
@Injectable()
class RobotsOnly implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ latchkey?: TokenPrincipal }>();
    return principalOf(context)?.token.label === 'robot' && request.latchkey === principalOf(request);
  }
}

class Refused extends Error {}

/** For messages of a host, which have their headers elsewhere. */
@Injectable()
class MessageGuard extends TokenGuard {
  protected override getRequest(context: ExecutionContext): object {
    return context.switchToRpc().getContext<{ message: object }>().message;
  }

  protected override refusal(_context: ExecutionContext, error: HttpException): Error {
    return new Refused(error.message);
  }
}

@Controller('orders')
@ApiTokens()
class Orders {
  @Get()
  @UseGuards(ServiceTokenGuard, RobotsOnly)
  list(): string {
    return 'listed';
  }

  @Get('either')
  @UseGuards(AnyOf(RobotsOnly, TokenGuard))
  either(): string {
    return 'listed';
  }
}

const { list: listing } = Orders.prototype as unknown as Record<'list', () => string>;

describe('guards without routes', () => {
  let host: Host;
  let robot: Record<string, string>;
  const latchkey = LatchkeyModule.forRoot({ database: IN_MEMORY, bcryptCost: 4 });

  beforeAll(async () => {
    host = await startHost({
      imports: [
        latchkey,
        LatchkeyGuardsModule.forRoot({ imports: [latchkey], isGlobal: true }),
        CloudflareModule.forRoot({ imports: [latchkey] }),
      ],
      controllers: [Orders],
      providers: [TokenGuard, MessageGuard, RobotsOnly],
    });
    await firstStart(host);
    robot = presented(await issueServiceToken(`${host.baseUrl}/client/v4`, ADMIN.token));
  });
  afterAll(() => host.close());

  const ask = (path: string, headers: Record<string, string> = {}): Promise<Reply> =>
    send(host.baseUrl, 'GET', path, { headers });

  /** A context as Nest makes it for other transports. */
  const contextOf = (type: string, ...args: unknown[]): ExecutionContextHost => {
    const context = new ExecutionContextHost(args, Orders, listing);
    context.setType(type);
    return context;
  };

  it('guard, and let later guards see the caller; /verify is not served', async () => {
    expect((await ask('/orders', robot)).status).toBe(200);
    expect((await ask('/orders')).status).toBe(401);
    expect((await ask('/orders', { 'Private-Token': ADMIN.token })).status).toBe(403);
    expect((await ask('/verify', robot)).status).toBe(404);
    expect((await ask('/oauth2/introspect', robot)).status).toBe(404);
  });

  it('admit whom one of several admits', async () => {
    expect((await ask('/orders/either', { 'Private-Token': ADMIN.token })).status).toBe(200);
    expect((await ask('/orders/either')).status).toBe(401);
  });

  it.each([
    ['graphql', (request: object): unknown[] => [null, {}, { req: request }, {}]],
    ['graphql', (request: object): unknown[] => [null, {}, { extra: { request } }, {}]],
    ['ws', (request: object): unknown[] => [{ handshake: request }, {}]],
    ['rpc', (request: object): unknown[] => [{}, request]],
  ])('find the request in the context of %s', async (type, argsOf) => {
    const guard = host.app.get(TokenGuard);
    const request = { headers: robot };
    const context = contextOf(type, ...argsOf(request));
    expect(await guard.canActivate(context)).toBe(true);
    expect(principalOf(context)?.token.label).toBe('robot');
    await expect(guard.canActivate(contextOf(type, ...argsOf({ headers: {} })))).rejects.toThrow('Missing or invalid');
  });

  it('find the metadata of gRPC', async () => {
    const context = contextOf('rpc', {}, { getMap: () => robot });
    expect(await host.app.get(TokenGuard).canActivate(context)).toBe(true);
  });

  it('say what to override where no headers are found', async () => {
    const guarded = host.app.get(TokenGuard).canActivate(contextOf('ws', { id: 1 }, {}));
    await expect(guarded).rejects.toThrow(
      /TokenGuard finds no headers in this context \(ws\): override its getRequest/,
    );
  });

  it('can be told where the headers are, and which errors to throw', async () => {
    const guard = host.app.get(MessageGuard);
    expect(await guard.canActivate(contextOf('rpc', {}, { message: { headers: robot } }))).toBe(true);
    await expect(guard.canActivate(contextOf('rpc', {}, { message: { headers: {} } }))).rejects.toThrow(Refused);
  });

  it('leave the routes of Latchkey recognisable', () => {
    expect(isLatchkeyRoute({ getHandler: () => listing })).toBe(false);
    const handlers = (Reflect.getMetadata('controllers', CloudflareModule) as { prototype: object }[]).flatMap(
      ({ prototype }) =>
        Object.getOwnPropertyNames(prototype)
          .filter((name) => name !== 'constructor')
          .map((name) => Reflect.get(prototype, name) as () => unknown)
          .filter((value) => typeof value === 'function' && Reflect.hasMetadata('path', value)),
    );
    expect(handlers.length).toBeGreaterThan(10);
    expect(handlers.filter((handler) => !isLatchkeyRoute({ getHandler: () => handler }))).toEqual([]);
  });

  it('come with a health indicator', async () => {
    expect(await host.app.get(LatchkeyHealthIndicator).isHealthy()).toEqual({ latchkey: { status: 'up' } });
  });

  it('are documented by their schemes', () => {
    const schemes = (Reflect.getMetadata('swagger/apiSecurity', Orders) as object[]).flatMap(Object.keys);
    const { components } = withTokenSchemes({
      components: { securitySchemes: { own: { type: 'http', scheme: 'x' } } },
    });
    const described = Object.keys(components?.securitySchemes ?? {});
    expect(schemes).toContain('CF-Access-Client-Id');
    expect([...new Set([...schemes, 'own'])].sort()).toEqual(described.sort());
  });
});
