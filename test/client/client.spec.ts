/** The remote guard against a real server: decisions, the cache, and what happens while the server is away. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, UseGuards, type ExecutionContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AdmitTokens,
  AnyOf,
  CurrentPrincipal,
  LatchkeyClient,
  LatchkeyClientModule,
  RemoteServiceTokenGuard,
  RemoteTokenGuard,
  principalOf,
  type RemotePrincipal,
} from '../../src/client.js';
import { startLatchkey, type IssuedForTest, type Latchkey } from '../../src/testing.js';
import { closeLater } from '../support/closing.js';
import { send, type Reply } from '../support/http.js';
import { startHost, type Host } from '../support/shop.js';

/** Admits by a header of the host's own. */
class StaffGuard {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<{ headers: object }>().headers['x-staff' as never] === 'yes';
  }
}

@Controller()
class Routes {
  @Get('any')
  @UseGuards(RemoteTokenGuard)
  any(@CurrentPrincipal() principal: RemotePrincipal): unknown {
    return principal;
  }

  @Get('services')
  @UseGuards(RemoteServiceTokenGuard)
  services(): string {
    return 'served';
  }

  @Get('none')
  @UseGuards(RemoteServiceTokenGuard)
  @AdmitTokens({ kinds: ['personal_token'] })
  none(): string {
    return 'served';
  }

  @Get('deploy')
  @UseGuards(RemoteTokenGuard)
  @AdmitTokens({ scopes: ['deploy', 'x,y'] })
  deploy(@CurrentPrincipal() { scopes }: RemotePrincipal): unknown {
    return scopes;
  }

  @Get('either')
  @UseGuards(AnyOf(StaffGuard, RemoteTokenGuard))
  either(): string {
    return 'served';
  }
}

let latchkey: Latchkey;
let host: Host;
let robot: IssuedForTest;
let personal: Record<string, string>;

async function started(settings: Record<string, string> = {}): Promise<Latchkey> {
  const server = await startLatchkey({ settings });
  closeLater(() => server.stop());
  return server;
}

describe('latchkey/client', () => {
  beforeAll(async () => {
    latchkey = await started();
    robot = await latchkey.issueForTest({ kind: 'service_token', name: 'robot' });
    personal = { 'Private-Token': latchkey.admin.token };
    host = await startHost({
      imports: [LatchkeyClientModule.forRoot({ url: `${latchkey.baseUrl}/`, timeoutMs: 5000 })],
      controllers: [Routes],
      providers: [StaffGuard],
    });
  });
  afterAll(() => host.close());

  const ask = (path: string, headers: Record<string, string> = {}): Promise<Reply> =>
    send(host.baseUrl, 'GET', path, { headers });

  const raw = (headers: Record<string, string>): { rawHeaders: string[] } => ({
    rawHeaders: Object.entries(headers).flat(),
  });

  describe('a remote guard', () => {
    it('admits tokens and says whose they are', async () => {
      const reply = await ask('/any', robot.headers);
      expect(reply.json()).toMatchObject({
        kind: 'service_token',
        name: 'robot',
        accountId: latchkey.account.id,
        userId: null,
        matched: 'current',
      });
      expect((await ask('/any', personal)).json()).toMatchObject({ kind: 'personal_token', accountId: null });
    });

    it('refuses what is missing, wrong, revoked, or not admitted', async () => {
      const missing = await ask('/any');
      expect([missing.status, missing.headers['www-authenticate']]).toEqual([401, expect.stringContaining('Bearer')]);
      expect((await ask('/any', { 'Private-Token': 'wrong' })).status).toBe(401);
      expect((await ask('/services', robot.headers)).status).toBe(200);
      expect((await ask('/services', personal)).status).toBe(403);
      expect((await ask('/none', robot.headers)).status).toBe(403);
    });

    it('admits tokens with all the scopes that a route asks for', async () => {
      const { headers } = await latchkey.issueForTest({ kind: 'personal_token', scopes: ['x,y', 'deploy', 'a'] });
      const less = await latchkey.issueForTest({ kind: 'service_token', scopes: ['deploy'] });
      expect((await ask('/deploy', headers)).json()).toEqual(['a', 'deploy', 'x,y']);
      expect((await ask('/any', robot.headers)).json()).toMatchObject({ scopes: [] });
      for (const each of [less.headers, robot.headers, personal]) {
        const reply = await ask('/deploy', each);
        expect([reply.status, reply.headers['www-authenticate'], reply.text]).toEqual([
          403,
          expect.stringContaining('error="insufficient_scope", scope="deploy x,y"'),
          expect.stringContaining('lacks a scope'),
        ]);
      }
    });

    it('can stand next to a guard of the host: one of them has to admit', async () => {
      expect((await ask('/either', { 'X-Staff': 'yes' })).status).toBe(200);
      const admitted = await ask('/either', robot.headers);
      expect([admitted.status, admitted.headers['www-authenticate']]).toEqual([200, undefined]);
      expect((await ask('/either')).status).toBe(401);
    });

    it('passes on that there were too many attempts, and when to come back', async () => {
      const recover = latchkey.fault({ route: '/verify', status: 429, retryAfter: 7 });
      const reply = await ask('/any', robot.headers);
      recover();
      expect([reply.status, reply.headers['retry-after']]).toEqual([429, '7']);
    });

    it.each([
      ['the server fails', { status: 500 }],
      ['the server has no database', { status: 503 }],
      ['the server ends the connection', { disconnect: true }],
    ])('admits nobody while %s', async (_what, fault) => {
      const recover = latchkey.fault({ route: '/verify', ...fault });
      const reply = await ask('/any', robot.headers);
      recover();
      expect(reply.status).toBe(503);
      expect(reply.text).not.toContain(robot.headers['CF-Access-Client-Secret']);
      expect((await ask('/any', robot.headers)).status).toBe(200);
    });
  });

  describe('the client', () => {
    const clients: LatchkeyClient[] = [];
    const client = (options: Partial<ConstructorParameters<typeof LatchkeyClient>[0]> = {}): LatchkeyClient => {
      const made = new LatchkeyClient({ url: latchkey.baseUrl, ...options });
      clients.push(made);
      return made;
    };
    afterAll(() => {
      for (const each of clients) each.close();
    });
    const asked = (server: Latchkey): number =>
      server.requests().filter(({ path }) => path.startsWith('/verify')).length;

    it('asks each time, unless the server lets answers be kept', async () => {
      const one = client();
      const before = asked(latchkey);
      await one.principal(raw(robot.headers));
      await one.principal(raw(robot.headers));
      expect(asked(latchkey) - before).toBe(2);
    });

    it('keeps an answer for as long as the server says, for this credential and this policy', async () => {
      const server = await started({ VERIFY_MAX_AGE_SECONDS: '60' });
      const { headers } = await server.issueForTest({ kind: 'service_token', name: 'kept' });
      const one = client({ url: server.baseUrl });
      const first = await one.principal(raw(headers), { kinds: ['service_token'] });
      expect(await one.principal(raw(headers), { kinds: ['service_token'] })).toEqual(first);
      expect(asked(server)).toBe(1);
      expect(await one.principal(raw(headers), { kinds: ['personal_token'] })).toBeNull();
      expect(await one.principal(raw({ ...headers, 'CF-Access-Client-Secret': 'x' }))).toBeNull();
      one.forget();
      expect(await one.principal(raw(headers), { kinds: ['service_token'] })).toEqual(first);
      expect(asked(server)).toBe(4);
    });

    it('keeps an answer about an application for the address that it was judged for', async () => {
      const addresses: (string | undefined)[] = [];
      const server = createServer(({ headers }, response) => {
        addresses.push(String(headers['x-forwarded-for']));
        response.writeHead(200, {
          'Cache-Control': 'max-age=60',
          'Latchkey-Token-Id': 'one',
          'Latchkey-Token-Kind': 'service_token',
          'Latchkey-Matched-Secret': 'current',
        });
        response.end();
      });
      closeLater(() => new Promise((resolve) => server.close(resolve)));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const one = client({ url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` });
      const request = (address: string) => ({ ...raw({ Authorization: 'Bearer x' }), address });
      const application = 'a'.repeat(64);
      for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.2'])
        await one.decide(request(address), { application });
      expect(addresses).toEqual(['192.0.2.1', '192.0.2.2']);
      // Without an application, nobody judges it.
      for (const address of ['192.0.2.3', '192.0.2.4']) await one.decide(request(address));
      expect(addresses).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
    });

    it('keeps no more answers than it may', async () => {
      const server = await started({ VERIFY_MAX_AGE_SECONDS: '60' });
      const { headers } = await server.issueForTest({ kind: 'service_token', name: 'kept' });
      const one = client({ url: server.baseUrl, cacheEntries: 1 });
      for (const policy of [{}, { kinds: ['service_token'] }, {}]) await one.principal(raw(headers), policy);
      expect(asked(server)).toBe(3);
    });

    it('gives up in time, and says where it asked', async () => {
      const silent: Server = createServer(() => undefined);
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      closeLater(() => {
        silent.closeAllConnections();
        silent.close();
        return Promise.resolve();
      });
      const url = `http://127.0.0.1:${String((silent.address() as AddressInfo).port)}`;
      const decision = client({ url, timeoutMs: 50 }).decide(raw(robot.headers));
      await expect(decision).rejects.toThrow(/no answer within 50 ms.*127\.0\.0\.1/);
    });

    it('admits nobody by an answer of another server', async () => {
      const other: Server = createServer((_request, response) => response.end('welcome'));
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      closeLater(() => {
        other.closeAllConnections();
        other.close();
        return Promise.resolve();
      });
      const url = `http://127.0.0.1:${String((other.address() as AddressInfo).port)}`;
      await expect(client({ url }).decide(raw(robot.headers))).rejects.toThrow(/without an identity.*address/);
    });

    it.each([
      [{ url: 'tokens.example.com' }, /url .* is an address such as/],
      [{ url: 'http://x.example?a=b' }, /without a query/],
      [{ timeoutMs: 0 }, /timeoutMs .* from 1 to 60000, not 0/],
      [{ cacheEntries: -1 }, /cacheEntries .* from 0/],
    ])('names what does not fit: %j', (options, message) => {
      expect(() => client(options)).toThrow(message);
    });

    it('refuses a condition that there is not', async () => {
      const wrong = { kind: ['service_token'] } as object;
      await expect(client().decide(raw(robot.headers), wrong)).rejects.toThrow(
        /"kind" is no condition: there are kinds,/,
      );
    });

    it('finds nobody where no guard was', () => {
      expect(principalOf({})).toBeUndefined();
    });
  });
});
