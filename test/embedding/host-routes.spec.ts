import { Controller, Get, Module, Param, Post, Req, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { TypeOrmModule } from '@nestjs/typeorm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import {
  CanvusModule,
  CloudflareModule,
  CrmModule,
  DataPlaneModule,
  LatchkeyModule,
  MountError,
  Secret,
  Verifier,
} from '../../src/index.js';
import { send, type Reply } from '../support/http.js';
import { closeLater } from '../support/closing.js';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { ARTICLES, SHOP_BODY_BYTES, asShop, shopDatabase, startHost, type Host } from '../support/shop.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import { IN_MEMORY, addressOf, cloudflareAlone, firstStart, issueServiceToken } from './support.js';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const AS_ADMIN = { Authorization: `Bearer ${ADMIN.token}` };
const TOKENS = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;

/** All modules, on one foundation. */
function everything(options: Parameters<typeof LatchkeyModule.forRoot>[0]): DynamicModule[] {
  const latchkey = LatchkeyModule.forRoot({ bcryptCost: 4, ...options });
  const imports = [latchkey];
  return [
    latchkey,
    DataPlaneModule.forRoot({ path: 'tokens', imports }),
    CloudflareModule.forRoot({ path: 'tokens/client/v4', imports }),
    CrmModule.forRoot({ path: 'tokens/crm', imports }),
    CanvusModule.forRoot({ path: 'tokens/canvus', imports }),
  ];
}

onBothEngines('the routes of a host that embeds everything', (engine) => {
  let database: TestDatabase;
  let host: Host;

  beforeAll(async () => {
    database = await createDatabase(engine);
    const connection = TypeOrmModule.forRoot(shopDatabase(addressOf(database)));
    const imports = [connection, ...everything({}), ...ARTICLES.imports];
    host = await startHost({ ...ARTICLES, imports }, asShop);
    await firstStart(host);
  });
  afterAll(async () => {
    await host.close();
    await database.drop();
  });

  const order = (body: string, path = '/shop/v1/articles'): Promise<Reply> =>
    send(host.baseUrl, 'POST', path, { headers: JSON_TYPE, body });

  it('use its tables, its body parser and its pipe, and nothing of ours', async () => {
    const made = await order('{"name":"chair"}');
    expect([made.status, made.json()]).toEqual([201, { id: 1, name: 'chair' }]);
    const listed = await send(host.baseUrl, 'GET', '/shop/v1/articles');
    expect(listed.json()).toEqual([{ id: 1, name: 'chair' }]);
    // Answers of Latchkey must not be cached.
    expect(listed.headers['cache-control']).toBeUndefined();
  });

  it.each([
    ['an unknown member', 400, '{"name":"x","colour":"red"}'],
    ['a body longer than it takes', 413, JSON.stringify({ name: 'x'.repeat(SHOP_BODY_BYTES) })],
    ['no JSON', 400, '{'],
  ])('refuse %s in its own form', async (_what, status, body) => {
    const reply = await order(body);
    expect([reply.status, Object.keys(reply.json<object>())]).toEqual([status, ['shop_error']]);
  });

  it.each([
    '/shop/nothing',
    '/shop/tokens',
    '/shop/tokens/client',
    '/shop/tokens/client/v40',
    '/shop/v1/tokens/canvus',
  ])('answer the unknown %s in its own form', async (path) => {
    const reply = await send(host.baseUrl, 'GET', path, { headers: AS_ADMIN });
    expect([reply.status, Object.keys(reply.json<object>())]).toEqual([404, ['shop_error']]);
  });

  it('do not change our errors and bodies; its headers are on every answer', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(2 * SHOP_BODY_BYTES), not: 'known' });
    const path = `/shop/tokens${TOKENS}`;
    const made = await send(host.baseUrl, 'POST', path, { headers: { ...AS_ADMIN, ...JSON_TYPE }, body });
    expect(made.status).toBe(201);
    expect(made.headers).toMatchObject({ 'x-frame-options': 'SAMEORIGIN', 'access-control-allow-origin': '*' });
    const refused = await send(host.baseUrl, 'GET', path);
    expect(refused.json()).toMatchObject({ success: false, errors: [{ code: 9106 }] });
  });
});

describe('a host with a route that answers everything', () => {
  @Controller()
  class EverythingController {
    @Get('{*path}')
    page(@Param('path') path: string | string[] | undefined): string {
      return `the page ${String(path)}`;
    }

    @Post('{*path}')
    form(@Req() request: Request): unknown {
      return request.body;
    }
  }

  let host: Host;

  beforeAll(async () => {
    host = await startHost({ imports: cloudflareAlone({ database: IN_MEMORY }), controllers: [EverythingController] });
    await firstStart(host);
  });
  afterAll(() => host.close());

  it('answers outside the dialects, and nothing below them', async () => {
    expect((await send(host.baseUrl, 'GET', '/about')).text).toBe('the page about');
    const form = await send(host.baseUrl, 'POST', '/form', { headers: JSON_TYPE, body: '{"a":1}' });
    expect(form.json()).toEqual({ a: 1 });
    await issueServiceToken(`${host.baseUrl}/client/v4`, ADMIN.token);
    const listed = await send(host.baseUrl, 'GET', TOKENS, { headers: AS_ADMIN });
    expect(listed.json()).toMatchObject({ success: true, result: [{ name: 'robot' }] });
    const unknown = await send(host.baseUrl, 'GET', '/client/v4/unknown');
    expect([unknown.status, unknown.json<{ success: boolean }>().success]).toEqual([404, false]);
  });
});

describe('a host whose global prefix', () => {
  const started = (exclude: string[]): Promise<Host> =>
    startHost({ imports: cloudflareAlone({ database: IN_MEMORY }) }, (app) => {
      app.setGlobalPrefix('api', { exclude });
    });

  it('excludes a dialect serves it completely where its clients expect it', async () => {
    const host = await started(['client/v4/*path']);
    await firstStart(host);
    await issueServiceToken(`${host.baseUrl}/client/v4`, ADMIN.token);
    const unknown = await send(host.baseUrl, 'GET', '/client/v4/unknown');
    expect(unknown.json()).toMatchObject({ success: false, errors: [{ code: 7000 }] });
    expect((await send(host.baseUrl, 'GET', `/api${TOKENS}`, { headers: AS_ADMIN })).json()).toMatchObject({
      statusCode: 404,
    });
  });

  it('has a parameter does not start, and the error says so', async () => {
    const fault = startHost({ imports: cloudflareAlone({ database: IN_MEMORY }) }, (app) => {
      app.setGlobalPrefix(':tenant');
    });
    await expect(fault).rejects.toThrow(MountError);
    await expect(fault).rejects.toThrow(/below the global prefix :tenant: exclude client\/v4\/\*path from it/);
  });

  it('excludes a part of a dialect does not start, and the error says so', async () => {
    const fault = started(['client/v4/accounts']);
    await expect(fault).rejects.toThrow(MountError);
    await expect(fault).rejects.toThrow(
      /CloudflareModule is to be served at \/api\/client\/v4, but GET \/api\/client\/v4\/accounts is not routed there/,
    );
  });
});

describe('an application', () => {
  const embedded = (): DynamicModule[] => everything({ database: IN_MEMORY });

  it('without a server, such as a script, has the services', async () => {
    @Module({ imports: embedded() })
    class Script {}
    const app = await NestFactory.createApplicationContext(Script, { logger: false, abortOnError: false });
    closeLater(() => app.close());
    await firstStart({ app });
    const verdict = await app.get(Verifier).verify({ secret: new Secret(ADMIN.token) });
    expect(verdict.status).toBe('valid');
  });

  it('on another server than Express does not start, and the error says so', async () => {
    @Module({ imports: embedded() })
    class Other {}
    const adapter = Object.assign(new ExpressAdapter(), { getType: () => 'other' });
    const options = { logger: false, abortOnError: false } as const;
    const app = await NestFactory.create<NestExpressApplication>(Other, adapter, options);
    closeLater(() => app.close());
    await expect(app.init()).rejects.toThrow(
      /is served by Express: create the application with @nestjs\/platform-express/,
    );
  });

  it('cannot mount a dialect twice, and the error says so', async () => {
    const latchkey = LatchkeyModule.forRoot({ database: IN_MEMORY, bcryptCost: 4 });
    const at = (path: string) => CloudflareModule.forRoot({ path, imports: [latchkey] });
    const fault = startHost({ imports: [latchkey, at('one'), at('two')] });
    await expect(fault).rejects.toThrow(MountError);
    await expect(fault).rejects.toThrow(/import it once in an application/);
  });
});
