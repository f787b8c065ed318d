/** A guard of the host that stands before all routes: its refusals keep their status, in the form of each API. */
import { HttpException, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import {
  CanvusModule,
  CloudflareModule,
  CrmModule,
  DataPlaneModule,
  LatchkeyApiModule,
  LatchkeyModule,
  isLatchkeyRoute,
} from '../../src/index.js';
import { send } from '../support/http.js';
import { startHost, type Host } from '../support/shop.js';
import { IN_MEMORY } from './support.js';

/** As a limiter of requests does; it recognises the routes of Latchkey. */
@Injectable()
class Refusing implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (!isLatchkeyRoute(context)) return true;
    const http = context.switchToHttp();
    const status = Number(http.getRequest<Request>().headers['x-status']);
    if (status === 429 || status === 503) http.getResponse<Response>().setHeader('Retry-After', '7');
    throw new HttpException('refused by the shop', status);
  }
}

describe('a guard of the host before all routes', () => {
  let host: Host;
  const latchkey = LatchkeyModule.forRoot({ database: IN_MEMORY, bcryptCost: 4 });
  const imports = [latchkey];

  beforeAll(async () => {
    host = await startHost(
      {
        imports: [
          latchkey,
          CloudflareModule.forRoot({ imports }),
          CanvusModule.forRoot({ imports }),
          CrmModule.forRoot({ path: '/crm', httpErrors: 'status', imports }),
          LatchkeyApiModule.forRoot({ imports }),
          DataPlaneModule.forRoot({ imports }),
        ],
      },
      (app) => app.useGlobalGuards(new Refusing()),
    );
  });
  afterAll(() => host.close());

  const paths: [api: string, method: string, path: string, envelope: object][] = [
    ['Cloudflare', 'GET', '/client/v4/accounts', { success: false, errors: [expect.any(Object)] }],
    ['Canvus', 'GET', '/api/v1/users', { msg: expect.any(String) as unknown }],
    [
      'CRM',
      'POST',
      '/crm/authentication/token',
      { data: {}, status: expect.objectContaining({ code: expect.any(String) as unknown }) as unknown },
    ],
    [
      'Latchkey',
      'GET',
      '/latchkey/v1/tokens',
      { status: expect.any(Number) as unknown, title: expect.any(String) as unknown },
    ],
    ['introspection', 'POST', '/oauth2/introspect', { error: expect.any(String) as unknown }],
  ];

  it.each([401, 403, 429, 503].flatMap((status) => paths.map((row) => [status, ...row] as const)))(
    '%i, at %s: %s %s',
    async (status, _api, method, path, envelope) => {
      const reply = await send(host.baseUrl, method, path, { headers: { 'X-Status': String(status) } });
      expect([reply.status, reply.text]).toEqual([status, expect.any(String)]);
      expect(reply.json()).toEqual(expect.objectContaining(envelope));
      expect(reply.headers['retry-after']).toBe(status === 429 || status === 503 ? '7' : undefined);
    },
  );
});
