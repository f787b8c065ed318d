import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { createSqlite } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { startProcess, type ServerProcess } from '../support/process.js';
import { issueServiceToken, presented } from './support.js';

/** Compiled by `npm run typecheck`. */
const command = path.resolve(import.meta.dirname, '../../examples/monolith/dist/main.js');

const CLOUDFLARE = '/shop/tokens/cloudflare';
const CANVUS = '/shop/tokens/canvus';

type Headers = Record<string, string>;

describe('examples/monolith', () => {
  const database = createSqlite();
  let shop: ServerProcess;
  let manager: Headers;
  let accountId: string;

  const start = (): Promise<ServerProcess> =>
    startProcess({ SHOP_DATABASE: database.name }, { command, ready: /open: (http:\/\/[^\s/]+)\/shop\/orders/ });

  const ask = (method: string, address: string, headers: Headers = {}, body?: unknown): Promise<Reply> =>
    send(shop.baseUrl, method, address, {
      headers: { ...headers, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  const order = (headers: Headers, body: unknown = { article: 'chair', quantity: 2 }): Promise<Reply> =>
    ask('POST', '/shop/orders', headers, body);

  const robot = (): ReturnType<typeof issueServiceToken> =>
    issueServiceToken(shop.baseUrl + CLOUDFLARE, manager['Private-Token'] ?? '', accountId);

  /** Changes the shop's own table of staff directly. */
  const hire = (...values: (string | number)[]): void => {
    const file = new Database(database.name);
    file.prepare('INSERT INTO shop_staff (email, name, is_manager, has_left) VALUES (?, ?, ?, ?)').run(...values);
    file.close();
  };
  const leaves = (email: string): void => {
    const file = new Database(database.name);
    file.prepare('UPDATE shop_staff SET has_left = 1 WHERE email = ?').run(email);
    file.close();
  };

  beforeAll(async () => {
    shop = await start();
    const [, token = ''] = /token, shown once: (\S+)/.exec(shop.stdout()) ?? [];
    manager = { 'Private-Token': token };
    const headers = { Authorization: `Bearer ${token}` };
    const made = await ask('POST', `${CLOUDFLARE}/accounts`, headers, { name: 'Partners' });
    accountId = made.json<{ result: { id: string } }>().result.id;
  });
  afterAll(async () => {
    await shop.stop();
    await database.drop();
  });

  it('accepts orders from partners with a service token, and shows them to its own staff', async () => {
    const token = await robot();
    expect(token.client_secret).toMatch(/^shop_/);
    const placed = await order(presented(token));
    expect([placed.status, placed.json()]).toEqual([201, { id: 1, article: 'chair', quantity: 2, orderedBy: 'robot' }]);
    const listed = await ask('GET', '/shop/orders', manager);
    expect(listed.json()).toEqual({ for: 'Manager', orders: [placed.json()] });
  });

  it('refuses all others, in its own form', async () => {
    const token = await robot();
    const refused: [headers: Headers, status: number][] = [
      [{}, 401],
      [manager, 403],
      [presented({ ...token, client_secret: `${token.client_secret}0` }), 401],
    ];
    for (const [headers, status] of refused) {
      const reply = await order(headers);
      expect([reply.status, reply.json()]).toEqual([status, { shop_error: expect.any(String) }]);
    }
    expect((await ask('GET', '/shop/orders', presented(token))).status).toBe(403);
    for (const body of [{ article: 'chair', quantity: 0 }, { article: 'chair', quantity: 1, price: 0 }, {}]) {
      expect((await order(presented(token), body)).status).toBe(400);
    }
    expect((await ask('GET', '/shop/nothing', manager)).json()).toEqual({ shop_error: 'Cannot GET /shop/nothing' });
  });

  it('lets its staff create and use tokens of their own', async () => {
    const made = await ask('POST', `${CANVUS}/users/1/access-tokens`, manager, { description: 'Second token' });
    const { id, plain_token: plain } = made.json<{ id: string; plain_token: string }>();
    const second = { 'Private-Token': plain };
    expect((await ask('GET', '/shop/orders', second)).status).toBe(200);
    expect((await ask('GET', `${CANVUS}/users/1/access-tokens/${id}`, second)).json()).toMatchObject({ id });
    expect((await ask('DELETE', `${CANVUS}/users/1/access-tokens/${id}`, manager)).status).toBe(200);
    expect((await ask('GET', '/shop/orders', second)).status).toBe(401);
  });

  it('answers a proxy whether to admit a request', async () => {
    const token = await robot();
    const verified = await ask('GET', '/shop/tokens/verify?kind=service_token', presented(token));
    expect([verified.status, verified.headers['latchkey-token-name']]).toEqual([200, 'robot']);
    expect((await ask('GET', '/shop/tokens/verify?kind=service_token', manager)).status).toBe(403);
    expect((await ask('GET', '/shop/tokens/verify')).status).toBe(401);
  });

  it('refuses a deleted token everywhere', async () => {
    const token = await robot();
    expect((await order(presented(token))).status).toBe(201);
    const address = `${CLOUDFLARE}/accounts/${accountId}/access/service_tokens/${token.id}`;
    const headers = { Authorization: `Bearer ${manager['Private-Token'] ?? ''}` };
    expect((await ask('DELETE', address, headers)).status).toBe(200);
    expect((await order(presented(token))).status).toBe(401);
    expect((await ask('GET', '/shop/tokens/verify', presented(token))).status).toBe(401);
  });

  it('gives its staff the rights of its own table, and refuses users who have left', async () => {
    hire('clerk@shop.example', 'Clerk', 0, 0);
    const made = await ask('POST', `${CANVUS}/users/2/access-tokens`, manager, { description: 'clerk' });
    const clerk = { 'Private-Token': made.json<{ plain_token: string }>().plain_token };
    expect((await ask('GET', '/shop/orders', clerk)).json()).toMatchObject({ for: 'Clerk' });
    expect((await ask('GET', `${CANVUS}/users/1/access-tokens`, clerk)).status).toBe(403);
    leaves('clerk@shop.example');
    const addresses = ['/shop/orders', '/shop/tokens/verify', `${CANVUS}/users/2/access-tokens`];
    const replies = await Promise.all(addresses.map((address) => ask('GET', address, clerk)));
    // The dialect distinguishes a known user who is not active from an unknown one (docs/contracts/canvus.md §3.8).
    expect(replies.map(({ status }) => status)).toEqual([401, 401, 403]);
  });

  it('keeps its data over a restart, and shows no token twice', async () => {
    const token = await robot();
    await shop.stop();
    shop = await start();
    expect(shop.stdout()).not.toContain('shown once');
    expect((await order(presented(token))).status).toBe(201);
    expect((await ask('GET', '/shop/orders', manager)).status).toBe(200);
  });
});
