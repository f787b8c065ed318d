import type { AddressInfo } from 'node:net';
import {
  Controller,
  Get,
  HttpException,
  Injectable,
  Module,
  Req,
  UseGuards,
  type ExecutionContext,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { TypeOrmModule } from '@nestjs/typeorm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { loadConfig } from '../../src/config/index.js';
import {
  AdmitTokens,
  CloudflareModule,
  CurrentPrincipal,
  DataPlaneModule,
  Bootstrap,
  LatchkeyModule,
  PrivateTokenGuard,
  Secret,
  ServiceTokenGuard,
  TokenGuard,
  principalOf,
  type TokenPrincipal,
} from '../../src/index.js';
import { SYSTEM, UserDirectory } from '../../src/core/index.js';
import { PersonalTokenService, SessionService, USER_AUDIENCE } from '../../src/identity/index.js';
import { dataSourceOptions, openDatabase, type Engine } from '../../src/persistence/index.js';
import { SCHEMA } from '../../src/schema.js';
import { closeLater } from '../support/closing.js';
import { connectTo, createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import { UNKNOWN_USER_TOKEN, bearer, pair, privately, type Headers, type ServiceTokenWithSecret } from './support.js';

const OTHER_ACCOUNT = 'b'.repeat(32);

/** What a route returns about its caller. */
const shown = ({ token, owner, matched }: TokenPrincipal): unknown => ({
  kind: token.kind,
  name: token.label,
  account: token.accountId,
  user: owner?.email ?? null,
  matched,
});

@Controller('open')
class OpenController {
  @Get()
  everybody(): string {
    return 'open';
  }

  /** A route whose guard was forgotten. */
  @Get('forgotten')
  forgotten(@CurrentPrincipal() principal: TokenPrincipal): unknown {
    return shown(principal);
  }
}

/** Tells every refusal in a form of its own. */
@Injectable()
class TellingGuard extends TokenGuard {
  protected override refusal(_context: ExecutionContext, error: HttpException): Error {
    return new HttpException(`told: ${String(error.getStatus())}`, 418);
  }
}

@Controller('guarded')
class GuardedController {
  @Get('told')
  @UseGuards(TellingGuard)
  told(): string {
    return 'told';
  }

  @Get('services')
  @UseGuards(ServiceTokenGuard)
  services(@CurrentPrincipal() principal: TokenPrincipal): unknown {
    return shown(principal);
  }

  @Get('people')
  @UseGuards(PrivateTokenGuard)
  people(@CurrentPrincipal() principal: TokenPrincipal): unknown {
    return shown(principal);
  }

  @Get('all')
  @UseGuards(TokenGuard)
  all(@CurrentPrincipal() principal: TokenPrincipal): unknown {
    return shown(principal);
  }

  @Get('logins')
  @UseGuards(TokenGuard)
  @AdmitTokens({ kinds: ['session'] })
  logins(): string {
    return 'ok';
  }

  @Get('other-account')
  @UseGuards(ServiceTokenGuard)
  @AdmitTokens({ accounts: [OTHER_ACCOUNT] })
  otherAccount(): string {
    return 'ok';
  }

  @Get('either-account')
  @UseGuards(ServiceTokenGuard)
  @AdmitTokens({ accounts: [OTHER_ACCOUNT, ACCOUNT.id] })
  eitherAccount(): string {
    return 'ok';
  }

  /** A rule does not widen a guard for services. */
  @Get('contradiction')
  @UseGuards(ServiceTokenGuard)
  @AdmitTokens({ kinds: ['session'] })
  contradiction(): string {
    return 'ok';
  }

  @Get('members')
  @UseGuards(TokenGuard)
  @AdmitTokens({ memberOf: [OTHER_ACCOUNT, ACCOUNT.id] })
  members(): string {
    return 'ok';
  }

  @Get('readers')
  @UseGuards(TokenGuard)
  @AdmitTokens({ memberOf: [ACCOUNT.id], roles: ['read_only'] })
  readers(): string {
    return 'ok';
  }

  @Get('administrator')
  @UseGuards(PrivateTokenGuard)
  @AdmitTokens({ users: [ADMIN.id], kinds: ['personal_token'] })
  administrator(): string {
    return 'ok';
  }

  @Get('nobody')
  @UseGuards(TokenGuard)
  @AdmitTokens({ kinds: [] })
  nobody(): string {
    return 'ok';
  }
}

@Controller('scoped')
@UseGuards(TokenGuard)
@AdmitTokens({ scopes: ['deploy:read'] })
class ScopedController {
  @Get('read')
  read(@CurrentPrincipal() { scopes }: TokenPrincipal): unknown {
    return scopes;
  }

  /** Both are needed. */
  @Get('write')
  @AdmitTokens({ scopes: ['deploy:write'] })
  write(@Req() request: object): unknown {
    return principalOf(request)?.scopes;
  }

  @Get('empty')
  @AdmitTokens({ scopes: [] })
  empty(): string {
    return 'ok';
  }
}

@Controller('members')
@UseGuards(TokenGuard)
@AdmitTokens({ memberOf: [ACCOUNT.id] })
class MembersController {
  @Get('administrators')
  @AdmitTokens({ roles: ['administrator'] })
  administrators(): string {
    return 'ok';
  }

  @Get('readers')
  @AdmitTokens({ roles: ['read_only'] })
  readers(): string {
    return 'ok';
  }
}

@Controller('narrow')
@UseGuards(TokenGuard)
@AdmitTokens({ accounts: [ACCOUNT.id], kinds: ['service_token', 'personal_token'] })
class NarrowController {
  @Get('as-all')
  asAll(): string {
    return 'ok';
  }

  /** Narrower than its controller, and no wider. */
  @Get('narrower')
  @AdmitTokens({ kinds: ['service_token', 'session'] })
  narrower(): string {
    return 'ok';
  }

  @Get('unchanged')
  @AdmitTokens({})
  unchanged(): string {
    return 'ok';
  }
}

/** A small host application that embeds our modules. */
async function startHost(engine: Engine) {
  const database: TestDatabase = await createDatabase(engine);
  const config = loadConfig({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '2' });
  const dataSource = await openDatabase(dataSourceOptions(config.database.address, config.database.poolSize, SCHEMA));
  const latchkey = LatchkeyModule.forRoot({ bcryptCost: 4, loginThrottle: config.loginThrottle });
  @Module({
    imports: [
      TypeOrmModule.forRootAsync({
        useFactory: () => ({ ...dataSource.options, retryAttempts: 0 }),
        dataSourceFactory: () => Promise.resolve(dataSource),
      }),
      latchkey,
      DataPlaneModule.forRoot({ path: 'auth/', imports: [latchkey] }),
      CloudflareModule.forRoot({ secretPrefix: 'host_', tokensPerAccount: 0, imports: [latchkey] }),
    ],
    controllers: [OpenController, GuardedController, MembersController, NarrowController, ScopedController],
  })
  class HostModule {}
  const options = { logger: false, abortOnError: false } as const;
  const app = await NestFactory.create<NestExpressApplication>(HostModule, options);
  const close = closeLater(() => app.close());
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  await app.get(Bootstrap).run({
    adminEmail: ADMIN.email,
    adminPassword: new Secret(ADMIN.password),
    adminToken: new Secret(ADMIN.token),
    accountId: ACCOUNT.id,
    accountName: ACCOUNT.name,
  });
  return { app, database, baseUrl: `http://127.0.0.1:${String(port)}`, close };
}

onBothEngines('guards of a host application', (engine) => {
  let host: Awaited<ReturnType<typeof startHost>>;
  let service: Headers;
  let session: Headers;
  const personal = privately(ADMIN.token);
  let token: ServiceTokenWithSecret;

  beforeAll(async () => {
    host = await startHost(engine);
    const address = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;
    const body = JSON.stringify({ name: 'robot' });
    const created = await send(host.baseUrl, 'POST', address, { headers: bearer(ADMIN.token), body });
    token = created.json<{ result: ServiceTokenWithSecret }>().result;
    service = pair(token);
    session = await loggedIn();
  });
  afterAll(() => host.close());

  const loggedIn = async (): Promise<Headers> => {
    const terms = { audience: USER_AUDIENCE, lifetimeSeconds: 60, address: null };
    const opened = await host.app.get(SessionService).login(ADMIN.email, new Secret(ADMIN.password), terms);
    return bearer(opened.secret.reveal());
  };

  const ask = (path: string, headers: Headers = {}): Promise<Reply> => send(host.baseUrl, 'GET', path, { headers });

  it('do not affect routes without a guard', async () => {
    expect((await ask('/open')).text).toBe('open');
  });

  it.each<[path: string, service: number, personal: number, session: number, both: number]>([
    ['/guarded/services', 200, 403, 403, 200],
    ['/guarded/people', 403, 200, 200, 200],
    ['/guarded/all', 200, 200, 200, 401],
    ['/guarded/logins', 403, 403, 200, 403],
    ['/guarded/other-account', 403, 403, 403, 403],
    ['/guarded/either-account', 200, 403, 403, 200],
    ['/guarded/contradiction', 403, 403, 403, 401],
    ['/guarded/members', 403, 200, 200, 200],
    ['/guarded/readers', 403, 403, 403, 403],
    ['/guarded/administrator', 403, 200, 403, 200],
    ['/members/administrators', 403, 200, 200, 200],
    ['/members/readers', 403, 403, 403, 403],
    ['/guarded/nobody', 403, 403, 403, 401],
    ['/narrow/as-all', 200, 403, 403, 200],
    ['/narrow/narrower', 200, 403, 403, 200],
    ['/narrow/unchanged', 200, 403, 403, 200],
  ])(
    '%s: service token %d, personal token %d, login %d, both of the first %d, and 401 otherwise',
    async (path, ...expected) => {
      const presented = [service, personal, session, { ...service, ...personal }];
      const statuses = await Promise.all(presented.map((headers) => ask(path, headers)));
      expect(statuses.map(({ status }) => status)).toEqual(expected);
      const strangers: Headers[] = [
        {},
        privately(UNKNOWN_USER_TOKEN),
        pair({ ...token, client_secret: `${token.client_secret}0` }),
        { 'Latchkey-Token-Id': token.id, 'Latchkey-User-Id': '1000' },
      ];
      for (const headers of strangers) expect([headers, (await ask(path, headers)).status]).toEqual([headers, 401]);
    },
  );

  it('admit tokens with all scopes that a route and its controller ask for', async () => {
    const withScopes = async (...scopes: string[]): Promise<Headers> => {
      const { id } = (await host.app.get(UserDirectory).findByEmail(ADMIN.email)) ?? { id: 0 };
      const issued = await host.app.get(PersonalTokenService).issue(SYSTEM, id, 'scoped', null, scopes);
      return bearer(issued.secret.reveal());
    };
    const [both, reader, writer] = [
      await withScopes('deploy:write', 'deploy:read'),
      await withScopes('deploy:read'),
      await withScopes('deploy:write'),
    ];
    expect((await ask('/scoped/read', reader)).json()).toEqual(['deploy:read']);
    expect((await ask('/scoped/write', both)).json()).toEqual(['deploy:read', 'deploy:write']);
    for (const headers of [reader, writer, personal, session, service]) {
      const reply = await ask('/scoped/write', headers);
      expect([reply.status, reply.json<{ message: string }>().message]).toEqual([
        403,
        'The token is valid, but lacks a scope that is needed here: deploy:write deploy:read',
      ]);
      expect(reply.headers['www-authenticate']).toBe(
        'Bearer realm="latchkey", error="insufficient_scope", scope="deploy:write deploy:read"',
      );
    }
    expect((await ask('/scoped/empty', both)).status).toBe(500);
  });

  it('tell the route who the caller is', async () => {
    expect((await ask('/guarded/services', service)).json()).toEqual({
      kind: 'service_token',
      name: 'robot',
      account: ACCOUNT.id,
      user: null,
      matched: 'current',
    });
    const people = { account: null, user: ADMIN.email, matched: 'current' };
    expect((await ask('/guarded/people', personal)).json()).toMatchObject({ ...people, kind: 'personal_token' });
    expect((await ask('/guarded/people', session)).json()).toMatchObject({ ...people, kind: 'session' });
    expect((await ask('/guarded/all', bearer(ADMIN.token))).json()).toMatchObject(people);
  });

  it('are required on routes that take the principal: without one, every caller is refused', async () => {
    for (const headers of [service, personal, {}]) expect((await ask('/open/forgotten', headers)).status).toBe(401);
  });

  it('answer in the form of the host, with a challenge for 401', async () => {
    const nobody = await ask('/guarded/all');
    expect(nobody.json()).toEqual({ statusCode: 401, error: 'Unauthorized', message: 'Missing or invalid token' });
    expect(nobody.headers['www-authenticate']).toBe('Bearer realm="latchkey"');
    const wrong = await ask('/guarded/all', privately(UNKNOWN_USER_TOKEN));
    expect(wrong.headers['www-authenticate']).toBe('Bearer realm="latchkey", error="invalid_token"');
    const other = await ask('/guarded/services', personal);
    expect([other.json<{ statusCode: number }>().statusCode, other.headers['www-authenticate']]).toEqual([
      403,
      undefined,
    ]);
  });

  it('work together with the data plane’s own endpoints at its prefix', async () => {
    expect((await ask('/auth/verify', service)).status).toBe(200);
    expect((await ask('/auth/verify?kind=session', service)).status).toBe(403);
    expect((await ask('/verify', service)).status).toBe(404);
    const form = { headers: { ...bearer(ADMIN.token), 'Content-Type': 'application/x-www-form-urlencoded' } };
    const body = `token=${token.client_secret}`;
    const told = await send(host.baseUrl, 'POST', '/auth/oauth2/introspect', { ...form, body });
    expect(told.json()).toMatchObject({ active: true, name: 'robot' });
    expect((await send(host.baseUrl, 'POST', '/oauth2/introspect', { ...form, body })).status).toBe(404);
  });

  // On SQLite, no writer can make a reader wait.
  if (engine === 'postgres') {
    it('answer 503 with Retry-After while the database cannot be asked', async () => {
      const dataSource = host.app.get(DataSource);
      const runners = [dataSource.createQueryRunner(), dataSource.createQueryRunner()];
      for (const runner of runners) await runner.query("SET lock_timeout = '300ms'");
      for (const runner of runners) await runner.release();
      const other = await connectTo(host.database.url);
      await other.query('BEGIN');
      await other.query('LOCK TABLE latchkey_token IN ACCESS EXCLUSIVE MODE');
      const reply = await ask('/guarded/all', privately(UNKNOWN_USER_TOKEN));
      expect([reply.status, reply.headers['retry-after']]).toEqual([503, '2']);
      const told = await ask('/guarded/told', privately(UNKNOWN_USER_TOKEN));
      expect([told.status, told.json<{ message: string }>().message]).toEqual([418, 'told: 503']);
      await other.query('ROLLBACK');
      expect((await ask('/guarded/all', privately(UNKNOWN_USER_TOKEN))).status).toBe(401);
    });
  }

  it('admit nobody to a route that names no account if there are several, and say what to do', async () => {
    const administrator = { 'Content-Type': 'application/json', ...bearer(ADMIN.token) };
    const body = JSON.stringify({ name: 'Bravo' });
    const made = await send(host.baseUrl, 'POST', '/client/v4/accounts', { headers: administrator, body });
    const { id } = made.json<{ result: { id: string } }>().result;
    expect((await ask('/guarded/all', personal)).json()).toEqual({
      statusCode: 403,
      error: 'Forbidden',
      message: expect.stringMatching(/^The route names no account, .* narrow it by @AdmitTokens .* withoutAccount/),
    });
    expect((await ask('/guarded/either-account', service)).status).toBe(200);
    await send(host.baseUrl, 'DELETE', `/client/v4/accounts/${id}`, { headers: administrator });
    expect((await ask('/guarded/all', personal)).status).toBe(200);
  });

  describe('a token that was revoked', () => {
    it('is refused by every guard at once', async () => {
      const headers = await loggedIn();
      expect((await ask('/guarded/all', headers)).status).toBe(200);
      const form = { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' };
      const body = `token=${headers.Authorization?.slice('Bearer '.length) ?? ''}`;
      expect((await send(host.baseUrl, 'POST', '/auth/oauth2/revoke', { headers: form, body })).status).toBe(200);
      for (const path of ['/guarded/all', '/guarded/people']) expect((await ask(path, headers)).status).toBe(401);
    });
  });
});
