import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Application } from 'express';
import { routesOf } from '../../src/http/index.js';
import { send } from '../support/http.js';
import { startServer, type TestServer } from '../support/test-server.js';

/** What answers without a credential; everything else must refuse. */
const PUBLIC = [
  'GET /health/live',
  'GET /health/ready',
  'GET /api/v1/server-info',
  'GET /api/v1/server-config',
  'POST /api/v1/users/login',
  // Not served, and says so to everybody.
  'POST /api/v1/users/register',
  'POST /api/v1/users/confirm-email',
  'POST /api/v1/users/login/saml',
  'POST /api/v1/users/password/create-reset-token',
  'POST /api/v1/users/password/reset',
  'GET /api/v1/users/password/validate-reset-token',
];

/** Pages of Swagger UI and the documents that it shows. */
const DOCUMENTATION = /^GET \/docs(\/|$)/;

describe('an anonymous caller', () => {
  let server: TestServer;
  let routes: string[];

  beforeAll(async () => {
    server = await startServer('sqlite');
    const express = server.app.getHttpAdapter().getInstance() as Application;
    routes = routesOf(express).map(({ method, path }) => `${method} ${path}`);
  });
  afterAll(() => server.close());

  const status = async (route: string, headers: Record<string, string>): Promise<number> => {
    const [method = '', pattern = ''] = route.split(' ');
    const address = pattern.replace(/:\w*id\b/gi, '1000').replace(/:\w+/g, 'x');
    return (await send(server.baseUrl, method, address, { headers })).status;
  };

  it('is refused with 401 by every route of the running application but the public ones', async () => {
    const guarded = routes.filter((route) => !PUBLIC.includes(route) && !DOCUMENTATION.test(route));
    expect(guarded.length).toBeGreaterThanOrEqual(15);
    const junk = 'JunkJunkJunkJunkJunkJunkJunkJunkJunkJunk-_0';
    const callers: Record<string, string>[] = [
      {},
      { 'Private-Token': '' },
      { 'Private-Token': junk },
      { Authorization: `Bearer ${junk}` },
    ];
    for (const headers of callers) {
      const answers = await Promise.all(
        guarded.map(async (route) => `${route}: ${String(await status(route, headers))}`),
      );
      expect(answers).toEqual(guarded.map((route) => `${route}: 401`));
    }
  });

  it('is not refused as unknown by any route that is listed as public, and no listed route is gone', async () => {
    expect(PUBLIC.filter((route) => !routes.includes(route))).toEqual([]);
    for (const route of PUBLIC) expect([route, await status(route, {})]).not.toEqual([route, 401]);
  });
});
