/** The server, as its administrators see it (docs/contracts/latchkey.md §7). */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { engines, onBothEngines } from '../../support/engines.js';
import { startServer, startInHost, type TestServer } from '../../support/test-server.js';
import { ask, problemOf } from './support.js';
import { newPeople, statusesOf, type People } from './people.js';

interface ServerBody {
  readonly version: string;
  readonly started_at: string;
  readonly database: { engine: string; location: string; bytes: number; schema: string };
  readonly instances: readonly { id: string; last_seen_at: string | null; lease: boolean; current: boolean }[];
  readonly settings: readonly { name: string; variable: string; value: string | null; source: string }[];
  readonly last_backup_at: string | null;
}

const SECRET = 'ab01'.repeat(16);

onBothEngines('the server', (engine) => {
  let server: TestServer;
  let people: People;
  beforeAll(async () => {
    server = await startServer(engine, { CONSOLE: 'off', ASSERTION_KEY: SECRET });
    people = await newPeople(server);
  });
  afterAll(() => server.close());

  const show = async (): Promise<ServerBody> => (await ask(server, 'GET', '/server')).json<ServerBody>();

  it('is shown to administrators of the server', async () => {
    expect(await statusesOf((name) => people.call(name, 'GET', '/server'))).toEqual({
      'server administrator': 200,
      'account administrator': 403,
      reader: 403,
      'plain user': 403,
      stranger: 403,
    });
    const found = await show();
    expect(found.version).toMatch(/^\d/);
    expect(Number(new Date(found.started_at))).toBeGreaterThan(Date.now() - 600_000);
    expect(found.last_backup_at).toBeNull();
  });

  it('has a database whose place is told without secrets', async () => {
    const { database } = await show();
    expect(database.engine).toBe(engine === 'sqlite' ? 'SQLite' : 'PostgreSQL');
    expect(database.location).toContain(server.database.name);
    expect(database.bytes).toBeGreaterThan(10_000);
    expect(database.schema).toMatch(/\d{13}$/);
  });

  it('has instances, one of which answers', async () => {
    const { instances } = await show();
    expect(instances).toEqual([
      { id: expect.any(String) as unknown, last_seen_at: expect.any(String) as unknown, lease: true, current: true },
    ]);
  });

  it('has settings with their sources, and masks what is secret', async () => {
    const reply = await ask(server, 'GET', '/server');
    const { settings } = reply.json<ServerBody>();
    const of = (name: string): unknown => settings.find(({ variable }) => variable === name);
    expect(of('CONSOLE')).toEqual({ name: 'CONSOLE', variable: 'CONSOLE', value: 'off', source: 'environment' });
    expect(of('MAX_CONNECTIONS')).toMatchObject({ value: '10000', source: 'default' });
    expect(of('ASSERTION_KEY')).toMatchObject({ value: '***', source: 'environment' });
    expect(of('ADMIN_PASSWORD')).toMatchObject({ value: '***' });
    expect(reply.text).not.toContain(SECRET);
    const { password } = new URL(server.database.url);
    if (password !== '') expect(reply.text).not.toContain(`:${password}@`);
  });

  it('says that it has no console where it has none', async () => {
    const { features } = (await ask(server, 'GET', '/me')).json<{ features: object }>();
    expect(features).toEqual({
      console: false,
      openid: false,
      personal_tokens: true,
      own_users: true,
      change_password: true,
    });
  });

  it('is backed up into one file on SQLite, which is removed afterwards; PostgreSQL has pg_dump', async () => {
    const reply = await ask(server, 'POST', '/server/backup');
    if (engine === 'postgres') {
      expect(problemOf(reply)).toEqual(['conflict', 409, expect.stringContaining('pg_dump')]);
      return;
    }
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'application/vnd.sqlite3']);
    expect(reply.headers['content-disposition']).toMatch(/^attachment; filename="latchkey-\d{4}-\d\d-\d\d\.sqlite"$/);
    expect(reply.text.slice(0, 15)).toBe('SQLite format 3');
    expect(readdirSync(path.dirname(server.database.name)).filter((name) => name.includes('.backup-'))).toEqual([]);
    expect((await show()).last_backup_at).not.toBeNull();
    expect(await statusesOf((name) => people.call(name, 'POST', '/server/backup'))).toMatchObject({
      'server administrator': 200,
      'account administrator': 403,
      'plain user': 403,
    });
  });

  it('makes one backup at a time', async () => {
    if (engine === 'postgres') return;
    const replies = await Promise.all([1, 2].map(() => ask(server, 'POST', '/server/backup')));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('is nobody’s without a token', async () => {
    expect(problemOf(await ask(server, 'GET', '/server', { headers: {} }))[0]).toBe('unauthenticated');
  });
});

it.each(engines())('a host on %s has no settings, and no console unless it serves one', async (engine) => {
  const server = await startInHost(engine);
  const { database, settings } = (await ask(server, 'GET', '/server')).json<ServerBody>();
  expect(database.location).toContain(server.database.name);
  expect(settings).toEqual([]);
  expect((await ask(server, 'GET', '/me')).json()).toMatchObject({ features: { console: false } });
});
