/** Who is admitted to an application by `/verify?app=…`. */
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { SYSTEM } from '../../src/core/index.js';
import { applicationValues, policyValues, roomsOf } from '../applications/support.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import { ANY_TOKEN, ASSERTION, ask, assertionOf, guardedApplication, type GuardedApplication } from './guarded.js';
import { bearer, dataPlaneSuite, json, ok, pair, type Headers, type ServiceTokenWithSecret } from './support.js';

const PROXY = '127.0.0.1';
const PREFLIGHT = { Origin: 'https://other.example.com', 'Access-Control-Request-Method': 'PUT' };

dataPlaneSuite(
  'an application',
  ({ cf }) => {
    let application: GuardedApplication;
    let token: ServiceTokenWithSecret;
    let service: Headers;
    const status = async (rule: string, headers: Headers = {}, method = 'GET'): Promise<number> =>
      (await ask(cf.server, rule, headers, method)).status;

    beforeAll(async () => {
      application = await guardedApplication(cf.server);
      token = await cf.token(ACCOUNT.id);
      service = pair(token);
    });

    it('is named by its audience tag or its id, and its policies decide', async () => {
      const closed = await guardedApplication(cf.server, { include: [] });
      for (const name of [application.aud, application.id]) {
        const reply = await ask(cf.server, `app=${name}`, service);
        expect(reply.headers['latchkey-token-id']).toBe(token.id);
        assertionOf(reply);
      }
      for (const name of [closed.aud, closed.id]) {
        const reply = await ask(cf.server, `app=${name}`, service);
        expect([reply.status, reply.headers[ASSERTION]]).toEqual([403, undefined]);
      }
      expect(await status(`app=${application.aud}`)).toBe(401);
      expect(await status(`app=${application.aud}`, { ...service, 'CF-Access-Client-Secret': 'wrong' })).toBe(401);
    });

    it('needs no account in the rule, although there are several, and admits no token of another', async () => {
      const foreign = pair(await cf.token(await cf.account()));
      expect([await status(`app=${application.id}`, service), await status(`app=${application.id}`, foreign)]).toEqual([
        200, 403,
      ]);
      expect(await status(`app=${application.id}`, bearer(ADMIN.token))).toBe(403);
    });

    it('can be combined with other conditions, which all have to hold', async () => {
      const rule = `app=${application.aud}`;
      const rules = [`account=${ACCOUNT.id}`, `token=${token.id}`, 'kind=service_token', `token=${randomUUID()}`];
      const all = await Promise.all(rules.map((more) => status(`${rule}&${more}`, service)));
      expect(all).toEqual([200, 200, 200, 403]);
      expect(await status(`kind=personal_token&${rule}`, service)).toBe(403);
    });

    it('is the same in the path, for proxies that append to a prefix', async () => {
      const target = new URL(`${cf.server.baseUrl}/verify/only/app=${application.aud}/some/path?app=other`);
      const reply = await fetch(target, { headers: service });
      expect([reply.status, reply.headers.get(ASSERTION)?.split('.').length]).toEqual([200, 3]);
    });

    it.each([
      ['unknown audience tags', `app=${'0'.repeat(64)}`],
      ['unknown ids', `app=${randomUUID()}`],
    ])('refuses %s with 400, and says nothing more', async (_, rule) => {
      const reply = await ask(cf.server, rule, service);
      expect(reply.status).toBe(400);
      expect(reply.json()).toEqual({
        error: 'invalid_request',
        error_description: 'app names no application of this server',
      });
    });

    it('has to be named once, in a form that there is', async () => {
      for (const rule of [
        'app=',
        'app=Wiki',
        `app=${application.aud}&app=${application.aud}`,
        `app=${application.aud},x`,
      ])
        expect(await status(rule, service)).toBe(400);
    });

    it('leaves credentials that it cannot admit to the application', async () => {
      const rule = `app=${application.id}`;
      for (const own of [{ Authorization: 'Bearer sk-own' }, { 'Private-Token': 'glpat-own' }, bearer(ADMIN.token)])
        expect(await status(rule, { ...service, ...own })).toBe(200);
    });

    it('gets an assertion that no other answer has', async () => {
      const forged = { ...service, [ASSERTION]: 'e30.e30.e30' };
      expect((await ask(cf.server, `account=${ACCOUNT.id}`, forged)).headers[ASSERTION]).toBeUndefined();
      expect(assertionOf(await ask(cf.server, `app=${application.id}`, forged))).not.toBe('e30.e30.e30');
    });

    it('reads the token from the header that it names, as well as from the pair', async () => {
      const { id } = await guardedApplication(cf.server, { values: { tokenHeader: 'authorization' } });
      const inHeader = { Authorization: json(token) };
      expect(await status(`app=${id}`, inHeader)).toBe(200);
      expect(await status(`app=${id}`, service)).toBe(200);
      expect(await status(`app=${id}`, { ...service, ...inHeader })).toBe(401);
      expect(await status(`app=${id}`, { Authorization: json(token).replace('client-id', 'Client-Id') })).toBe(401);
      expect(await status(`app=${application.id}`, inHeader)).toBe(401);
      expect(await status(`app=${id}`, { ...service, Authorization: 'Basic b3duOm93bg==' })).toBe(200);
    });

    it('counts changes as soon as the call has returned', async () => {
      const { applications, owned } = roomsOf(cf.server);
      const { id, policyId } = await guardedApplication(cf.server);
      const expectStatus = async (expected: number): Promise<void> => {
        expect(await status(`app=${id}`, service)).toBe(expected);
      };
      await expectStatus(200);
      await owned.update(SYSTEM, ACCOUNT.id, id, policyId, policyValues([]), undefined);
      await expectStatus(403);
      await owned.update(SYSTEM, ACCOUNT.id, id, policyId, policyValues(ANY_TOKEN), undefined);
      await expectStatus(200);
      await applications.update(SYSTEM, ACCOUNT.id, id, applicationValues([], { tokenHeader: 'x-token' }));
      expect(await status(`app=${id}`, { 'X-Token': json(token) })).toBe(200);
      const other = await cf.token(ACCOUNT.id);
      expect(await status(`app=${id}`, pair(other))).toBe(200);
      ok(await cf.admin.put(`/accounts/${ACCOUNT.id}/access/service_tokens/${other.id}`, { enabled: false }));
      expect(await status(`app=${id}`, pair(other))).toBe(401);
      await applications.delete(SYSTEM, ACCOUNT.id, id);
      await expectStatus(400);
    });

    describe('that admits everybody, or addresses', () => {
      it('needs no token, but overwrites what a client says of itself', async () => {
        const { id } = await guardedApplication(cf.server, {
          include: [{ type: 'everyone' }],
          policy: { decision: 'bypass' },
        });
        for (const headers of [{}, bearer('unknown'), { 'Latchkey-Token-Id': 'x', [ASSERTION]: 'x' }]) {
          const reply = await ask(cf.server, `app=${id}`, headers);
          expect([reply.status, reply.headers['latchkey-token-id'], reply.headers[ASSERTION]]).toEqual([200, '', '']);
        }
      });

      it('asserts nothing of a token that no policy for services admits, such as one of another account', async () => {
        const everybody = { include: [{ type: 'everyone' as const }], policy: { decision: 'bypass' as const } };
        const open = await guardedApplication(cf.server, everybody);
        const both = await guardedApplication(cf.server, everybody);
        const { owned } = roomsOf(cf.server);
        await owned.create(SYSTEM, ACCOUNT.id, both.id, policyValues(ANY_TOKEN), undefined);
        const foreign = pair(await cf.token(await cf.account()));
        for (const [id, headers] of [
          [open.id, service],
          [open.id, foreign],
          [both.id, foreign],
          [both.id, bearer(ADMIN.token)],
        ] as const) {
          const reply = await ask(cf.server, `app=${id}`, headers);
          expect([reply.status, reply.headers['latchkey-token-id'], reply.headers[ASSERTION]]).toEqual([200, '', '']);
        }
        const own = await ask(cf.server, `app=${both.id}`, service);
        expect(own.headers['latchkey-token-id']).toBe(token.id);
        assertionOf(own);
      });

      it('knows the address of the client from a trusted proxy', async () => {
        const { id } = await guardedApplication(cf.server, {
          include: [{ type: 'ip', range: '203.0.113.0/24' }],
          policy: { decision: 'bypass' },
        });
        expect(await status(`app=${id}`, { 'X-Forwarded-For': '203.0.113.7' })).toBe(200);
        expect(await status(`app=${id}`, { 'X-Forwarded-For': '203.0.113.7, 198.51.100.1' })).toBe(401);
      });
    });

    describe('at a host', () => {
      const at = (host: string, uri: string): Headers => ({ 'X-Forwarded-Host': host, 'X-Forwarded-Uri': uri });

      it('is found by the host and path that the proxy names', async () => {
        await roomsOf(cf.server).zones.create(SYSTEM, 'wiki.example.com', ACCOUNT.id);
        await guardedApplication(cf.server, { domains: ['wiki.example.com'] });
        await guardedApplication(cf.server, { domains: ['wiki.example.com/admin'], include: [] });
        expect(await status('app=host', { ...service, ...at('wiki.example.com', '/page?x=1,2') })).toBe(200);
        expect(await status('app=host', { ...service, ...at('wiki.example.com:443', '/admin/users') })).toBe(403);
        expect(await status('app=host', { ...service, ...at('other.example.com', '/') })).toBe(403);
      });

      it('is found on a server with several accounts only in a zone, or for the account of the rule', async () => {
        const [mine, theirs] = [ACCOUNT.id, await cf.account()];
        const everybody = { include: [{ type: 'everyone' as const }], policy: { decision: 'bypass' as const } };
        // Nobody gave them these hosts, and anybody can name them.
        await guardedApplication(cf.server, { ...everybody, accountId: theirs, domains: ['*.com', 'new.example.net'] });
        await guardedApplication(cf.server, { domains: ['shop.example.com'] });
        const asked = async (host: string, rule = ''): Promise<number> =>
          status(`app=host${rule}`, { ...service, ...at(host, '/') });
        const warnings: string[] = [];
        // The answer does not wait for the look that decides about the warning.
        const warned = new Promise<void>((resolve) => {
          const warn = (text: string): void => {
            resolve(void warnings.push(text));
          };
          Logger.overrideLogger({ log: jest.fn(), error: jest.fn(), warn });
        });
        for (const host of ['new.example.net', 'any.com', 'shop.example.com'])
          expect([host, await asked(host)]).toEqual([host, 403]);
        await warned;
        Logger.overrideLogger(false);
        expect(warnings).toEqual([expect.stringContaining('create a zone for its domain, add account= to the rule')]);
        const refused = await ask(cf.server, 'app=host', { ...service, ...at('new.example.net', '/') });
        expect(refused.json()).toEqual({
          error: 'forbidden',
          error_description:
            'no application answers for this host and path; on a server with several accounts, the host has to lie in a ' +
            'zone, or the rule to name the account (account=)',
        });
        expect(await asked('shop.example.com', `&account=${mine}`)).toBe(200);
        // Another account's application at the same host, where everybody may enter, is not the one that the rule means.
        await guardedApplication(cf.server, { ...everybody, accountId: theirs, domains: ['both.example.org'] });
        await guardedApplication(cf.server, { domains: ['both.example.org'] });
        const open = async (account: string): Promise<number> =>
          status(`app=host&account=${account}`, at('both.example.org', '/'));
        expect([await open(mine), await open(theirs)]).toEqual([401, 200]);
        ok(await cf.admin.post('/zones', { name: 'shop.example.com', account: { id: mine } }));
        expect(await asked('shop.example.com')).toBe(200);
        expect(await asked('new.example.net')).toBe(403);
        ok(await cf.admin.delete(`/accounts/${theirs}`));
      });

      it('is not guessed if the proxy does not say, or says two things', async () => {
        for (const headers of [
          {},
          { 'X-Forwarded-Host': 'wiki.example.com' },
          { ...at('wiki.example.com', '/'), 'X-Forwarded-Host': 'wiki.example.com, other.example.com' },
        ]) {
          expect(await status('app=host', { ...service, ...headers } as Headers)).toBe(400);
        }
        const twice = Object.entries({ ...service, ...at('wiki.example.com', '/') }).flat();
        expect((await ask(cf.server, 'app=host', [...twice, 'X-Forwarded-Uri', '/admin'])).status).toBe(400);
      });
    });

    describe('with preflights that pass', () => {
      let id: string;
      beforeAll(async () => {
        ({ id } = await guardedApplication(cf.server, { values: { passesPreflight: true } }));
      });

      it('lets through what browsers ask, without an identity', async () => {
        for (const [method, more] of [
          ['OPTIONS', {}],
          ['GET', { 'X-Forwarded-Method': 'OPTIONS' }],
        ] as const) {
          const reply = await ask(cf.server, `app=${id}`, { ...PREFLIGHT, ...more, [ASSERTION]: 'x' }, method);
          expect([reply.status, reply.headers['latchkey-token-id'], reply.headers[ASSERTION]]).toEqual([200, '', '']);
        }
      });

      it('lets nothing else through', async () => {
        const told = { ...PREFLIGHT, 'X-Forwarded-Method': 'GET' };
        expect(await status(`app=${id}`, told, 'OPTIONS')).toBe(401);
        expect(await status(`app=${id}`, { Origin: PREFLIGHT.Origin }, 'OPTIONS')).toBe(401);
        expect(await status(`app=${id}`, PREFLIGHT, 'POST')).toBe(401);
        expect(await status(`app=${application.id}`, PREFLIGHT, 'OPTIONS')).toBe(401);
      });
    });
  },
  { TRUST_PROXY: PROXY },
);

dataPlaneSuite('a proxy that is not trusted', ({ cf }) => {
  it('can name neither the host nor the method', async () => {
    const { id } = await guardedApplication(cf.server, {
      domains: ['wiki.example.com'],
      values: { passesPreflight: true },
    });
    const service = pair(await cf.token(ACCOUNT.id));
    const reply = await ask(cf.server, 'app=host', {
      ...service,
      'X-Forwarded-Host': 'wiki.example.com',
      'X-Forwarded-Uri': '/',
    });
    expect(reply.status).toBe(400);
    expect(reply.text).toContain('TRUST_PROXY');
    const told = await ask(cf.server, `app=${id}`, { ...PREFLIGHT, 'X-Forwarded-Method': 'OPTIONS' });
    expect(told.status).toBe(401);
    expect((await ask(cf.server, `app=${id}`, PREFLIGHT, 'OPTIONS')).status).toBe(200);
  });
});

const KEPT = { TRUST_PROXY: PROXY, VERIFY_MAX_AGE_SECONDS: '60' };
dataPlaneSuite(
  'an answer for an application that proxies may keep',
  ({ cf }) => {
    it('depends on nothing but credentials: not on an address, a host or a path', async () => {
      const service = pair(await cf.token(ACCOUNT.id));
      const control = async (rule: string, headers: Headers): Promise<unknown> => {
        const reply = await ask(cf.server, rule, { ...service, ...headers });
        return [reply.status, reply.headers['cache-control']];
      };
      const { id } = await guardedApplication(cf.server, { domains: ['kept.example.com'] });
      const at = { 'X-Forwarded-Host': 'kept.example.com', 'X-Forwarded-Uri': '/' };
      expect(await control(`app=${id}`, at)).toEqual([200, 'max-age=60, must-revalidate']);
      expect(await control('app=host', at)).toEqual([200, 'no-store']);
      const near = await guardedApplication(cf.server, {
        policy: { require: [{ type: 'ip', range: '203.0.113.0/24' }] },
      });
      expect(await control(`app=${near.id}`, { 'X-Forwarded-For': '203.0.113.7' })).toEqual([200, 'no-store']);
    });
  },
  KEPT,
);

dataPlaneSuite(
  'an answer with an assertion of a minute',
  ({ cf }) => {
    it('is kept by proxies for less than half a minute, so that what they hand out is still accepted for as long', async () => {
      const service = pair(await cf.token(ACCOUNT.id));
      const { id } = await guardedApplication(cf.server);
      const { headers } = await ask(cf.server, `app=${id}`, service);
      const seconds = Number(/^max-age=(\d+), must-revalidate$/.exec(String(headers['cache-control']))?.[1]);
      expect(seconds).toBeGreaterThan(20);
      expect(seconds).toBeLessThan(30);
    });
  },
  { ...KEPT, ASSERTION_SECONDS: '60' },
);
