import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withBinary } from '../support/binaries.js';
import { ACCOUNT, startServer, type TestServer } from '../support/test-server.js';
import {
  UNKNOWN_USER_TOKEN,
  cast,
  json,
  listed,
  ok,
  pair,
  privately,
  tokenPath,
  type Headers,
} from '../data-plane/support.js';
import { NGINX } from './proxies.js';
import { guardOf, guardedSuite, told, type Guarded } from './support.js';

const SECOND = 1000;

/** nginx counts in whole seconds: an entry for one second is cached for less than two. */
const COUNTED_IN_MS = SECOND;

/** Cached for a minute, so that nothing expires during a test. */
const A_MINUTE = { VERIFY_MAX_AGE_SECONDS: '60', SERVICE_TOKEN_HEADER: 'X-Service-Token' };

guardedSuite(NGINX, 'the cache of nginx', kept, A_MINUTE);

function kept({ cf, passed, refused, asked, folder }: Guarded): void {
  /** How often Latchkey is asked for these requests. */
  const questions = async (...requests: (() => Promise<unknown>)[]): Promise<number> => {
    const before = asked();
    for (const request of requests) await request();
    return asked() - before;
  };

  it('answers for a credential, whatever the request, without asking Latchkey again', async () => {
    const token = await cf.token(ACCOUNT.id);
    const headers = pair(token);
    expect(await questions(() => passed(headers))).toBe(1);
    const again = await questions(
      () => passed(headers),
      () => passed(headers, { method: 'POST', path: '/other?a=b', body: 'x' }),
      () => passed({ ...headers, Cookie: 'a=b', 'User-Agent': 'another', 'Latchkey-User-Id': '1' }),
    );
    expect(again).toBe(0);
    const arrival = await passed({ ...headers, 'Latchkey-User-Id': 'forged' });
    expect(told(arrival)).toMatchObject({ 'latchkey-token-id': token.id, 'latchkey-matched-secret': 'current' });
    expect(arrival.headers).not.toHaveProperty('latchkey-user-id');
  });

  it('still admits a cached credential after its revocation, as documented', async () => {
    const token = await cf.token(ACCOUNT.id);
    await passed(pair(token));
    ok(await cf.admin.delete(tokenPath(ACCOUNT.id, token.id)));
    await passed(pair(token));
  });

  it('separates credentials: none is admitted by the entry of another, or by a part of it', async () => {
    const one = await cf.token(ACCOUNT.id, { name: 'one' });
    const other = await cf.token(ACCOUNT.id, { name: 'other' });
    for (const token of [one, other, one, other]) {
      expect(told(await passed(pair(token)))['latchkey-token-name']).toBe(token.name);
    }
    const [id, secret] = Object.entries(pair(one)).map(([name, value]) => ({ [name]: value })) as [Headers, Headers];
    const similar: (Headers | string[])[] = [
      {},
      id,
      secret,
      pair({ ...one, client_secret: other.client_secret }),
      pair({ ...one, client_secret: `${one.client_secret}x` }),
      pair({ client_id: one.client_secret, client_secret: one.client_id }),
      { ...pair(one), 'X-Service-Token': json(one) },
      listed(pair(one), id),
      listed(pair(one), secret),
      listed(pair(one), { 'CF-Access-Client-Secret': '' }),
      listed(pair(one), { 'CF-Access-Client-Secret': other.client_secret }),
    ];
    for (const headers of similar) {
      expect([headers, await questions(async () => (await refused(headers)).status)]).toEqual([headers, 1]);
      expect((await refused(headers)).status).toBe(401);
    }
    expect(await questions(() => passed(pair(one)))).toBe(0);
  });

  it('separates requests with a credential of the application, which the rule cannot admit', async () => {
    const [one, other] = [await cf.token(ACCOUNT.id, { name: 'one' }), await cf.token(ACCOUNT.id, { name: 'other' })];
    for (const token of [one, other, one]) {
      const arrival = await passed({ ...pair(token), ...privately(UNKNOWN_USER_TOKEN) });
      expect(told(arrival)['latchkey-token-name']).toBe(token.name);
    }
    expect((await refused(privately(UNKNOWN_USER_TOKEN))).status).toBe(401);
    expect((await refused({ ...pair({ ...one, client_secret: 'x' }), ...privately(UNKNOWN_USER_TOKEN) })).status).toBe(
      401,
    );
  });

  it('also separates credentials in a header that is not in the key', async () => {
    const [one, other] = [await cf.token(ACCOUNT.id), await cf.token(ACCOUNT.id)];
    const header = (token: typeof one): Headers => ({ 'X-Service-Token': json(token) });
    for (const token of [one, other, one]) {
      expect(told(await passed(header(token)))['latchkey-token-id']).toBe(token.id);
    }
    expect((await refused({})).status).toBe(401);
    expect((await refused({ 'X-Service-Token': json({ ...one, client_id: other.client_id }) })).status).toBe(401);
  });

  it('caches no refusal: a credential that becomes valid is admitted at once', async () => {
    const token = await cf.token(ACCOUNT.id, { enabled: false });
    const { key } = await cf.person();
    expect(await questions(...[1, 2].map(() => async () => (await refused(pair(token))).status))).toBe(2);
    expect(await questions(...[1, 2].map(() => async () => (await refused(privately(key))).status))).toBe(2);
    ok(await cf.admin.put(tokenPath(ACCOUNT.id, token.id), { enabled: true }));
    await passed(pair(token));
  });

  it('is internal to nginx: clients cannot request its address', async () => {
    const token = await cf.token(ACCOUNT.id);
    const { status, headers } = await refused(pair(token), { path: '/_verify' });
    expect([status, Object.keys(headers).filter((name) => name.startsWith('latchkey'))]).toEqual([404, []]);
  });

  it('is readable by nobody else, because keys contain credentials', () => {
    const cache = path.join(folder(), 'cache');
    const entries = readdirSync(cache, { recursive: true, encoding: 'utf8' }).map((name) => path.join(cache, name));
    expect(entries.filter((name) => statSync(name).isFile()).length).toBeGreaterThan(0);
    const open = [cache, ...entries].filter((name) => (statSync(name).mode & 0o077) !== 0);
    expect(open).toEqual([]);
  });
}

withBinary(NGINX.name, (file) => {
  // The expiry in nginx does not depend on the engine.
  describe('the expiry of the cache of nginx', () => {
    const { start, stop, passed, call } = guardOf(NGINX, file);
    let server: TestServer;
    beforeAll(async () => {
      server = await startServer('sqlite', { VERIFY_MAX_AGE_SECONDS: '2' });
      await start(server.port);
    });
    afterAll(async () => {
      await stop();
      await server.close();
    });

    /** Repeats the request until it is refused; returns when the last admitted one was sent. */
    const lastPassed = async (headers: Headers): Promise<number> => {
      let last = 0;
      for (let sent = Date.now(); (await call(headers)).status === 200; sent = Date.now()) {
        last = sent;
        await delay(20);
      }
      return last;
    };

    it('caches nothing for longer than the limit, or beyond the expiry of a token', async () => {
      const cf = cast(server);
      const revoked = await cf.token(ACCOUNT.id);
      // This long before the expiry, an answer may be cached for one second.
      const ending = await cf.token(ACCOUNT.id, { duration: '2500ms' });
      const end = Date.parse(told(await passed(pair(ending)))['latchkey-expires-at'] ?? '');
      await passed(pair(revoked));
      const answered = Date.now();
      ok(await cf.admin.delete(tokenPath(ACCOUNT.id, revoked.id)));
      const [beforeEnd, beforeCeiling] = await Promise.all([lastPassed(pair(ending)), lastPassed(pair(revoked))]);
      expect(beforeEnd).toBeLessThan(end);
      expect(beforeEnd).toBeGreaterThan(answered);
      expect(beforeCeiling).toBeLessThan(answered + 2 * SECOND + COUNTED_IN_MS);
      expect(beforeCeiling).toBeGreaterThan(answered);
    });
  });
});
