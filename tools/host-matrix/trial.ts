/** Uses a built host: its guarded route, the API of a dialect, `/verify`, one copy of each class, and a clean end. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../test/support/free-port.js';
import { Program } from '../../test/support/program.js';
import type { HostKind } from './hosts.js';

const run = promisify(execFile);

const START_TIMEOUT_MS = 60_000;
const FIRST = /access token (\S+), account (\S+)/;

/** How the programs of the page name their database, and the same for PostgreSQL. */
const SQLITE = [/\{ engine: 'sqlite', path: '[^']+' \}/, /type: 'better-sqlite3',\s+database: '[^']+'/] as const;

/** Puts the address of a PostgreSQL database into the compiled program. */
export function moveToPostgres(folder: string, url: string): void {
  const file = path.join(folder, 'dist/app.module.js');
  const text = readFileSync(file, 'utf8');
  const [own, shared] = SQLITE;
  const moved = text
    .replace(own, `{ engine: 'postgres', url: '${url}' }`)
    .replace(shared, `type: 'postgres', url: '${url}'`);
  assert.notEqual(moved, text, 'the program names an SQLite database');
  writeFileSync(file, moved);
}

/** Both ways to load the package lead to the same classes. */
export async function tryOneCopy(folder: string, { modules }: HostKind): Promise<void> {
  const file = path.join(folder, 'one-copy.cjs');
  writeFileSync(
    file,
    `const required = require('latchkey');
     const { createRequire } = require('node:module');
     import('latchkey').then((imported) => {
       const differing = Object.keys(imported).filter((name) => imported[name] !== required[name]);
       const parts = require('latchkey/foundation').Verifier === imported.Verifier;
       console.log(JSON.stringify({ names: Object.keys(imported).length, differing, parts }));
     });`,
  );
  const { stdout } = await run(process.execPath, [file], { cwd: folder });
  const { names, differing, parts } = JSON.parse(stdout) as { names: number; differing: string[]; parts: boolean };
  assert.deepEqual({ differing, parts }, { differing: [], parts: true }, `one copy in a host of ${modules}`);
  assert.ok(names > 100, 'the exports of the package');
}

export type Headers = Readonly<Record<string, string>>;

export async function statusOf(address: string, headers: Headers = {}, method = 'GET'): Promise<number> {
  const reply = await fetch(address, { method, headers, signal: AbortSignal.timeout(20_000) });
  await reply.text();
  return reply.status;
}

/** Issues a service token by the API of Cloudflare. */
async function issue(tokens: string, owner: Headers): Promise<{ id: string; headers: Headers }> {
  const reply = await fetch(tokens, {
    method: 'POST',
    headers: { ...owner, 'Content-Type': 'application/json' },
    body: '{"name":"robot"}',
  });
  const { result } = (await reply.json()) as { result: Record<'id' | 'client_id' | 'client_secret', string> };
  return {
    id: result.id,
    headers: { 'CF-Access-Client-Id': result.client_id, 'CF-Access-Client-Secret': result.client_secret },
  };
}

async function use(origin: string, token: string, account: string): Promise<void> {
  const tokens = `${origin}/tokens/v4/accounts/${account}/access/service_tokens`;
  const owner = { Authorization: `Bearer ${token}` };
  const robot = await issue(tokens, owner);
  const orders = `${origin}/orders`;
  assert.equal(await statusOf(`${origin}/`), 200, 'a route of the host');
  assert.equal(await statusOf(orders), 401, 'a guarded route without a token');
  assert.equal(await statusOf(orders, robot.headers), 200, 'a guarded route with a token');
  assert.equal(await statusOf(`${origin}/tokens/verify`, robot.headers), 200, '/verify');
  assert.equal(await statusOf(`${tokens}/${robot.id}`, owner, 'DELETE'), 200, 'the revocation');
  assert.equal(await statusOf(orders, robot.headers), 401, 'a guarded route after the revocation');
}

/** In the program that issues tokens in transactions of its own, a failure leaves neither the row nor the token. */
async function useTransactions(origin: string, token: string, account: string): Promise<void> {
  const owner = { Authorization: `Bearer ${token}` };
  const create = (): Promise<Response> =>
    fetch(`${origin}/partners`, {
      method: 'POST',
      headers: { ...owner, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'partner', account }),
    });
  const made = await create();
  if (made.status === 404) return;
  assert.equal(made.status, 201, 'a token in a transaction of the host');
  assert.equal(await statusOf(`${origin}/orders`, (await made.json()) as Headers), 200, 'the token after the commit');
  assert.equal((await create()).status, 409, 'a transaction that is rolled back');
  const list = await fetch(`${origin}/tokens/v4/accounts/${account}/access/service_tokens`, { headers: owner });
  const { result } = (await list.json()) as { result: { name: string }[] };
  assert.deepEqual(
    result.map(({ name }) => name),
    ['partner'],
    'the tokens after the rollback',
  );
}

/** The programs print their first token before they listen. */
export async function listening(origin: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await statusOf(origin).catch(() => undefined)) return;
    await delay(50);
  }
  throw new Error('the host does not listen');
}

/** @param folder - of a host that has been built, with an empty database */
export async function tryHost(folder: string): Promise<void> {
  const port = await freePort();
  const env = { PORT: String(port), NO_COLOR: '1' };
  const host = new Program(process.execPath, { args: ['dist/main.js'], cwd: folder, env });
  try {
    await host.until(() => FIRST.test(host.stdout), START_TIMEOUT_MS);
    const [, token = '', account = ''] = FIRST.exec(host.stdout) ?? [];
    const origin = `http://127.0.0.1:${String(port)}`;
    await listening(origin);
    await use(origin, token, account);
    await useTransactions(origin, token, account);
    const exit = await host.stop();
    // Nest closes everything, and then lets the signal end the process.
    assert.deepEqual(exit, { code: null, signal: 'SIGTERM' }, 'the end after SIGTERM');
  } catch (error) {
    throw new Error(`${host.stdout}\n${host.stderr}`, { cause: error });
  } finally {
    host.kill('SIGKILL');
  }
}
