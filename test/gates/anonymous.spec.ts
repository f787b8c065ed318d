import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Application } from 'express';
import { routesOf } from '../../src/http/index.js';
import { send } from '../support/http.js';
import { startServer, type TestServer } from '../support/test-server.js';
import { DOCUMENTATION, PUBLIC_ROUTES } from './public-routes.js';

const CRM_REFUSAL = '200 COM.CRM.EXCEPTION.SECURITY.INVALIDTOKENEXCEPTION';

/** How each dialect refuses callers without a token, and callers with an invalid one. */
const REFUSALS: [prefix: string, nothing: string[], wrong: string[]][] = [
  ['/api/v1', ['401'], ['401']],
  ['/oauth2', ['401'], ['401']],
  // Cloudflare distinguishes missing headers from a token that is not accepted.
  ['/crmapi/rest/v2', [CRM_REFUSAL], [CRM_REFUSAL]],
  ['/client/v4', ['400 9106'], ['400 9106', '401 10000', '401 1000']],
  ['/oauth2', ['401'], ['401']],
  ['/latchkey/v1', ['401'], ['401']],
  ['/verify', ['401'], ['401']],
  ['/metrics', ['401'], ['401']],
];

/** Says whose credential it gets, and has nothing to say without one. */
const ASKS_ABOUT_ITS_CREDENTIAL = 'GET /cdn-cgi/access/get-identity';

/** Paths that are answered ahead of the router, which does not list them. */
const UNROUTED = ['GET /verify', 'POST /verify', 'GET /verify/only/kind=service_token/x'];

describe('an anonymous caller', () => {
  let server: TestServer;
  let routes: string[];

  beforeAll(async () => {
    server = await startServer('sqlite');
    const express = server.app.getHttpAdapter().getInstance() as Application;
    routes = routesOf(express).map(({ method, path }) => `${method} ${path}`);
  });
  afterAll(() => server.close());

  /** The status and, in an envelope, the code. */
  const answer = async (route: string, headers: Record<string, string>): Promise<string> => {
    const [method = '', pattern = ''] = route.split(' ');
    const address = pattern.replace(/:\w*id\b/gi, '1000').replace(/:\w+/g, 'x');
    const { status, text } = await send(server.baseUrl, method, address, { headers });
    interface Envelope {
      errors?: { code: number }[];
      status?: { code: string };
    }
    const { errors, status: crm } = JSON.parse(text) as Envelope;
    const code = errors?.[0]?.code ?? crm?.code;
    return code === undefined || typeof crm === 'string' ? String(status) : `${String(status)} ${String(code)}`;
  };

  it('is refused by every route of the running application but the public ones', async () => {
    const routed = routes.filter((route) => !PUBLIC_ROUTES.includes(route) && !DOCUMENTATION.test(route));
    const guarded = [...routed, ...UNROUTED];
    expect(guarded.length).toBeGreaterThanOrEqual(15);
    const junk = 'JunkJunkJunkJunkJunkJunkJunkJunkJunkJunk-_0';
    const wrong: Record<string, string>[] = [
      { 'Private-Token': '' },
      { 'Private-Token': junk },
      { Authorization: `Bearer ${junk}` },
    ];
    for (const route of guarded) {
      const [, forNothing, forWrong] = REFUSALS.find(([prefix]) => route.includes(` ${prefix}`)) ?? ['', [], []];
      expect([route, forNothing]).toEqual([route, expect.arrayContaining([await answer(route, {})])]);
      for (const headers of wrong) {
        expect([route, forWrong]).toEqual([route, expect.arrayContaining([await answer(route, headers)])]);
      }
    }
  });

  it('is not refused as unknown by any route that is listed as public, and no listed route is gone', async () => {
    expect(PUBLIC_ROUTES.filter((route) => !routes.includes(route))).toEqual([]);
    const answered = PUBLIC_ROUTES.filter((route) => route !== ASKS_ABOUT_ITS_CREDENTIAL);
    for (const route of answered) expect([route, await answer(route, {})]).not.toEqual([route, '401']);
  });
});
