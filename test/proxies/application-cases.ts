/** Cases for every proxy whose rule names an application: who is admitted, and by which assertion the application knows. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withBinary } from '../support/binaries.js';
import { ACCOUNT, startServer } from '../support/test-server.js';
import { ASSERTION, guardedApplication, partOf, type GuardedApplication } from '../data-plane/guarded.js';
import { ISSUER, validatorsFor } from '../data-plane/validators.js';
import { bearer, dataPlaneSuite, json, pair, type DataPlane, type Headers } from '../data-plane/support.js';
import type { ProxyKind } from './proxies.js';
import { guardOf, told, type Guard } from './support.js';

/** The proxy names the method of a request, and the header that the application reads tokens from. */
const ENV = { TRUST_PROXY: '127.0.0.1', ASSERTION_ISSUER: ISSUER };

const PREFLIGHT = { Origin: 'https://other.example.com', 'Access-Control-Request-Method': 'PUT' };

interface Protected extends DataPlane, Guard {
  readonly application: () => GuardedApplication;
}

export function applicationCases(kind: ProxyKind): void {
  withBinary(kind.name, (file) => {
    const inSuite = (plane: DataPlane): void => {
      describe(`asked by ${kind.name}`, () => {
        const guard = guardOf(kind, file);
        let application: GuardedApplication;
        beforeAll(async () => {
          const { server } = plane.cf;
          application = await guardedApplication(server, { values: { passesPreflight: true } });
          await guard.start(server.port, `app=${application.aud}`);
        });
        afterAll(() => guard.stop());
        const suite = { ...plane, ...guard, application: () => application };
        describe('admits', () => {
          letsIn(suite);
        });
        describe('refuses', () => {
          keepsOut(suite);
        });
      });
    };
    dataPlaneSuite(`an application behind ${kind.name}`, inSuite, ENV, startServer);
  });
}

function letsIn({ cf, passed, application }: Protected): void {
  it('a token that a policy admits, with an assertion that the application can check', async () => {
    const token = await cf.token(ACCOUNT.id);
    const arrival = await passed(pair(token), { method: 'POST', path: '/orders?a=1', body: 'x' });
    expect(told(arrival)).toMatchObject({ 'latchkey-token-id': token.id });
    const assertion = String(arrival.headers[ASSERTION]);
    expect(partOf(assertion, 1)).toMatchObject({ aud: [application().aud], common_name: token.client_id });
    const { jose: accepts } = validatorsFor(cf.server.baseUrl);
    expect(await accepts?.(assertion, { aud: application().aud })).toBe(true);
    expect(Object.keys(arrival.headers).filter((name) => name.startsWith('cf-access-'))).toEqual([ASSERTION]);
  });

  it('nothing by which a client passes itself off as somebody', async () => {
    const token = await cf.token(ACCOUNT.id);
    const own = (await passed(pair(token))).headers[ASSERTION];
    const names = ['Cf-Access-Jwt-Assertion', 'Cf-Access-Authenticated-User-Email', 'Cf-Access-Token'];
    for (const spelt of [...names, ...names.map((name) => name.toUpperCase())]) {
      for (const name of [spelt, spelt.replaceAll('-', '_'), spelt.replace('-', '_')]) {
        const { headers } = await passed({ ...pair(token), [name]: 'forged.forged.forged' });
        expect([name, JSON.stringify(headers).includes('forged'), headers[ASSERTION]]).toEqual([name, false, own]);
      }
    }
    const cookies = ['CF_Authorization=forged', 'a=b; CF_Authorization=forged; c=d'];
    for (const Cookie of cookies) {
      const { headers } = await passed({ ...pair(token), Cookie });
      expect(headers.cookie ?? '').not.toContain('CF_Authorization');
      expect(headers[ASSERTION]).toBe(own);
    }
  });

  it('the credentials of the application itself, which reach it', async () => {
    const token = await cf.token(ACCOUNT.id);
    for (const authorization of ['Bearer sk-proj-abcdefghijkl', 'Basic eDp5', 'Token token=abc']) {
      const { headers } = await passed({ ...pair(token), Authorization: authorization, 'Private-Token': 'glpat-abc' });
      expect(headers).toMatchObject({ authorization, 'private-token': 'glpat-abc' });
    }
  });

  it('preflights of browsers, without an identity or an assertion', async () => {
    const forged = { ...PREFLIGHT, [ASSERTION]: 'forged', 'Latchkey-Token-Id': 'forged' };
    const arrival = await passed(forged, { method: 'OPTIONS' });
    expect([arrival.method, told(arrival), arrival.headers[ASSERTION] ?? '']).toEqual(['OPTIONS', {}, '']);
    expect(arrival.headers).toMatchObject({ origin: PREFLIGHT.Origin, 'access-control-request-method': 'PUT' });
  });
}

function keepsOut({ cf, refused, application }: Protected): void {
  const status = async (...request: Parameters<typeof refused>): Promise<unknown> => {
    const reply = await refused(...request);
    return [reply.status, reply.headers.location, reply.headers['set-cookie']];
  };

  it('by 401 and 403, and never by a redirect to a login', async () => {
    const token = await cf.token(ACCOUNT.id);
    const foreign = await cf.token(await cf.account());
    const disabled = await cf.token(ACCOUNT.id, { enabled: false });
    const page = { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate' };
    const wrong = pair({ ...token, client_secret: foreign.client_secret });
    for (const headers of [page, wrong, pair(disabled), bearer('sk-proj'), { Authorization: json(token) }]) {
      expect([headers, await status(headers)]).toEqual([headers, [401, undefined, undefined]]);
    }
    expect(await status({ ...page, ...pair(foreign) })).toEqual([403, undefined, undefined]);
  });

  it('assertions in the place of a credential, also its own', async () => {
    const reply = await fetch(`${cf.server.baseUrl}/verify?app=${application().aud}`, {
      headers: pair(await cf.token(ACCOUNT.id)),
    });
    const assertion = String(reply.headers.get(ASSERTION));
    const forms: Headers[] = [
      { [ASSERTION]: assertion },
      { Cookie: `CF_Authorization=${assertion}` },
      { 'cf-access-token': assertion },
    ];
    for (const headers of forms) expect(await status(headers)).toEqual([401, undefined, undefined]);
  });

  it('what only says that it is a preflight', async () => {
    const requests = [
      { headers: { ...PREFLIGHT, 'X-Forwarded-Method': 'OPTIONS' }, method: 'PUT' },
      { headers: { ...PREFLIGHT, 'X-HTTP-Method-Override': 'OPTIONS' }, method: 'GET' },
      { headers: { Origin: PREFLIGHT.Origin }, method: 'OPTIONS' },
    ];
    for (const { headers, method } of requests) {
      expect([method, await status(headers, { method })]).toEqual([method, [401, undefined, undefined]]);
    }
  });
}
