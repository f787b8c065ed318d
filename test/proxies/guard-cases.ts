/** Cases for every proxy: which requests are admitted, which are refused, and what the service receives. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { ACCOUNT } from '../support/test-server.js';
import {
  UNKNOWN_USER_TOKEN,
  bearer,
  identity,
  json,
  listed,
  ok,
  pair,
  privately,
  tokenPath,
  type Headers,
} from '../data-plane/support.js';
import type { ProxyKind } from './proxies.js';
import { IDENTITY_NAMES, guardedSuite, told, type Guarded } from './support.js';

const HOUR = 3_600_000;

/** RFC 6750 §3.1: without an error for requests without a credential. */
const NOTHING_PRESENTED = 'Bearer realm="latchkey"';
const NOT_ACCEPTED = 'Bearer realm="latchkey", error="invalid_token"';

/** On both engines, with service tokens also accepted in the Authorization header. */
export function guardCases(kind: ProxyKind): void {
  const suite = (guarded: Guarded): void => {
    describe('admits', () => {
      letsIn(guarded, kind);
    });
    describe('refuses', () => {
      keepsOut(guarded);
    });
    describe('connections to Latchkey', () => {
      connections(guarded);
    });
    describe('a credential that ends', () => {
      endings(guarded);
    });
  };
  guardedSuite(kind, `a service behind ${kind.name}`, suite, { SERVICE_TOKEN_HEADER: 'Authorization' });
}

function letsIn({ cf, verify, passed, asked }: Guarded, kind: ProxyKind): void {
  it('a service token: the request arrives unchanged, with the identity and without the credential', async () => {
    const token = await cf.token(ACCOUNT.id, { name: 'CI/CD token', duration: '1h' });
    const request = { method: 'POST', path: '/orders/1?a=%2F&kind=session', body: 'ä'.repeat(500_000) };
    const { method, url, body, headers, ...others } = await passed(pair(token), request);
    expect([others, method, url, body === request.body]).toEqual([{}, 'POST', request.path, true]);
    const identified = Object.entries(identity(await verify(pair(token), `account=${ACCOUNT.id}`))).filter(
      ([, value]) => value !== '',
    );
    expect(told({ method, url, body, headers })).toEqual(Object.fromEntries(identified));
    expect(identified.length).toBeGreaterThanOrEqual(6);
    expect(Object.keys(pair(token)).filter((name) => name.toLowerCase() in headers)).toEqual([]);
  });

  it('nothing that a client passes off as an assertion, and the other cookies', async () => {
    const token = pair(await cf.token(ACCOUNT.id));
    const forged = { ...token, 'Cf-Access-Jwt-Assertion': 'e30.e30.e30' };
    const cookies = ['CF_Authorization=x', 'a=b; CF_Authorization=x; c=d', 'CF_Authorization=x; CF_Authorization=y'];
    for (const Cookie of cookies) {
      const { headers } = await passed({ ...forged, Cookie });
      expect(headers).not.toHaveProperty('cf-access-jwt-assertion');
      expect(headers.cookie ?? '').not.toContain('CF_Authorization');
      if (Cookie.includes('a=b')) expect(headers.cookie).toMatch(/^a=b; (removed=x; )?c=d$/);
    }
  });

  it('every method, and all other headers', async () => {
    const headers = {
      ...pair(await cf.token(ACCOUNT.id)),
      Authorization: 'Basic eDp5',
      Cookie: 'a=b',
      'X-Request-Id': '7',
    };
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const arrival = await passed(headers, { method });
      expect(arrival).toMatchObject({
        method,
        headers: { authorization: 'Basic eDp5', cookie: 'a=b', 'x-request-id': '7' },
      });
    }
  });

  it('what the rule cannot admit, as it belongs to the service', async () => {
    const token = await cf.token(ACCOUNT.id);
    for (const own of [bearer('sk-proj-abcdefghijkl'), privately('glpat-abcdefghijklmnopqrst')]) {
      const [[name, value]] = Object.entries(own) as [[string, string]];
      expect((await passed({ ...pair(token), ...own })).headers).toMatchObject({ [name.toLowerCase()]: value });
    }
  });

  it('a service token in one header, which does not arrive either', async () => {
    const token = await cf.token(ACCOUNT.id);
    const arrival = await passed({ Authorization: json(token) });
    expect(told(arrival)['latchkey-token-id']).toBe(token.id);
    expect(arrival.headers).not.toHaveProperty('authorization');
  });

  it('no identity header that a client sends, in any spelling', async () => {
    const token = await cf.token(ACCOUNT.id);
    const clean = told(await passed(pair(token)));
    const forged = (name: (text: string) => string): Headers =>
      Object.fromEntries(IDENTITY_NAMES.map((each) => [name(each), 'forged']));
    // By prefix, for proxies that can: also headers that a later version adds.
    const later: Headers = kind.name !== 'nginx' ? { 'Latchkey-Role': 'forged', Latchkey_Role: 'forged' } : {};
    const forms: Headers[] = [
      later,
      forged((name) => name),
      forged((name) => name.toUpperCase()),
      forged((name) => name.replaceAll('-', '_')),
      forged((name) => name.replace('latchkey-', 'Latchkey_')),
    ];
    for (const form of forms) {
      const arrival = await passed(listed(form, pair(token), form));
      expect(told(arrival)).toEqual(clean);
      const similar = Object.entries(arrival.headers).filter(([name]) => name.startsWith('latchkey'));
      expect(JSON.stringify(similar)).not.toContain('forged');
    }
  });

  it('no request without asking: nothing is cached unless Latchkey allows it', async () => {
    const token = await cf.token(ACCOUNT.id);
    const before = asked();
    for (let count = 0; count < 3; count += 1) await passed(pair(token));
    expect(asked() - before).toBe(3);
  });

  it('no request that names identity headers in Connection, or asks for a tunnel', async () => {
    const token = await cf.token(ACCOUNT.id);
    const clean = told(await passed(pair(token)));
    const named = await passed({ ...pair(token), Connection: `close, ${IDENTITY_NAMES.join(', ')}` });
    expect(told(named)).toEqual(clean);
    const tunnel = await passed({ ...pair(token), Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c' });
    expect(told(tunnel)).toEqual(clean);
    expect(tunnel.headers).not.toHaveProperty('upgrade');
  });
}

function keepsOut({ cf, login, passed, refused }: Guarded): void {
  it('403 for a token of another account, also with the same name', async () => {
    const [own, foreign] = [await cf.token(ACCOUNT.id), await cf.token(await cf.account())];
    expect((await refused(pair(foreign))).status).toBe(403);
    expect(told(await passed(pair(own)))).toMatchObject({
      'latchkey-token-id': own.id,
      'latchkey-account-id': ACCOUNT.id,
    });
  });

  it('401 without a credential, with the challenge', async () => {
    for (const headers of [{}, { Authorization: 'Basic eDp5' }]) {
      const { status, headers: answered } = await refused(headers);
      expect([status, answered['www-authenticate']]).toEqual([401, NOTHING_PRESENTED]);
    }
  });

  it('401 for an invalid credential: wrong, unknown, incomplete, repeated, or two kinds at once', async () => {
    const token = await cf.token(ACCOUNT.id);
    const other = await cf.token(ACCOUNT.id);
    const { key } = await cf.person();
    const [id, secret] = Object.entries(pair(token)).map(([name, value]) => ({ [name]: value })) as [Headers, Headers];
    const presented = [
      pair({ ...token, client_secret: other.client_secret }),
      pair({ ...token, client_id: `${'0'.repeat(32)}.access` }),
      privately(UNKNOWN_USER_TOKEN),
      bearer(UNKNOWN_USER_TOKEN),
      id,
      secret,
      listed(id, secret, id),
      listed(id, secret, secret),
      listed(pair(token), pair(other)),
      listed(privately(key), privately(key)),
      { ...pair(token), Authorization: json(token) },
    ];
    for (const headers of presented) {
      const { status, headers: answered } = await refused(headers, { method: 'POST', body: 'x' });
      expect([headers, status, answered['www-authenticate']]).toEqual([headers, 401, NOT_ACCEPTED]);
    }
    // nginx itself refuses this one.
    expect([400, 401]).toContain((await refused(listed(bearer(key), { Authorization: 'Basic eDp5' }))).status);
  });

  it('403 for a kind of token that is not admitted', async () => {
    const person = await cf.person();
    const token = await login(person);
    for (const headers of [privately(person.key), bearer(person.key), privately(token), bearer(token)]) {
      const { status, headers: answered } = await refused(headers);
      expect([status, answered['www-authenticate']]).toEqual([403, undefined]);
    }
  });

  it('requests for the address of the check itself', async () => {
    for (const path of ['/verify', '/verify?kind=personal_token', '/verify/only/kind=session']) {
      expect([path, (await refused({}, { path })).status]).toEqual([path, 401]);
    }
  });
}

function connections({ cf, passed, refused }: Guarded): void {
  it('are kept alive, whatever the answer', async () => {
    const token = await cf.token(ACCOUNT.id);
    let opened = 0;
    const count = (): void => {
      opened += 1;
    };
    cf.server.app.getHttpServer().on('connection', count);
    for (let round = 0; round < 10; round += 1) {
      await passed(pair(token));
      await refused({});
      await refused(privately(UNKNOWN_USER_TOKEN));
    }
    cf.server.app.getHttpServer().off('connection', count);
    // nginx has two processes with separate connections.
    expect(opened).toBeLessThanOrEqual(2);
  });
}

function endings({ cf, passed, refused }: Guarded): void {
  afterEach(() => {
    cf.server.clock.reset();
  });

  const statusOf = async (headers: Headers): Promise<number> => (await refused(headers)).status;

  it('expired: is admitted before, and refused from then on', async () => {
    const token = await cf.token(ACCOUNT.id, { duration: '1h' });
    await passed(pair(token));
    cf.server.clock.advance(HOUR);
    expect(await statusOf(pair(token))).toBe(401);
  });

  it('disabled: is refused at once, and admitted again when enabled', async () => {
    const token = await cf.token(ACCOUNT.id);
    await passed(pair(token));
    ok(await cf.admin.put(tokenPath(ACCOUNT.id, token.id), { enabled: false }));
    expect(await statusOf(pair(token))).toBe(401);
    ok(await cf.admin.put(tokenPath(ACCOUNT.id, token.id), { enabled: true }));
    await passed(pair(token));
  });

  it('revoked: is refused at once', async () => {
    const token = await cf.token(ACCOUNT.id);
    await passed(pair(token));
    ok(await cf.admin.delete(tokenPath(ACCOUNT.id, token.id)));
    expect(await statusOf(pair(token))).toBe(401);
  });

  it('rotated: the old secret is refused at once, and the new one admitted', async () => {
    const token = await cf.token(ACCOUNT.id);
    await passed(pair(token));
    const rotated = await cf.rotate(ACCOUNT.id, token.id);
    expect(await statusOf(pair(token))).toBe(401);
    expect(told(await passed(pair(rotated)))).toMatchObject({ 'latchkey-matched-secret': 'current' });
  });

  it('rotated with an overlap: both are admitted, the service learns which, and the old one is refused at the end', async () => {
    const token = await cf.token(ACCOUNT.id);
    const until = new Date(Date.now() + HOUR).toISOString();
    const rotated = await cf.rotate(ACCOUNT.id, token.id, { previous_client_secret_expires_at: until });
    expect(told(await passed(pair(token)))).toMatchObject({ 'latchkey-matched-secret': 'previous' });
    expect(told(await passed(pair(rotated)))).toMatchObject({ 'latchkey-matched-secret': 'current' });
    cf.server.clock.freeze(new Date(until));
    expect(await statusOf(pair(token))).toBe(401);
    await passed(pair(rotated));
  });
}
