/**
 * What others notice while an account and a user with very many tokens are deleted, and while `/metrics` counts them.
 * Needs a build. `npx tsx bench/deletions.ts` measures on SQLite; with `--database postgres://…`, an empty database, on
 * PostgreSQL. Also `--account N` (1,000,000 tokens) and `--user N` (100,000). It takes some minutes, mostly to fill the
 * database and to wait for the rows of the owners to be gone, and stops by itself.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import pg from 'pg';

const { values } = parseArgs({
  options: {
    database: { type: 'string' },
    account: { type: 'string', default: '1000000' },
    user: { type: 'string', default: '100000' },
  },
});

const ROOT = path.resolve(import.meta.dirname, '..');
const TOKEN = randomBytes(32).toString('base64url');
const AS_ADMIN = { Authorization: `Bearer ${TOKEN}`, 'Private-Token': TOKEN };
const OPERATIONS_PORT = '47391';

/** Tokens of each owner whose secrets are known, and which are tried during and after the deletion. */
const VICTIMS = 20;
const BEFORE_MS = 5000;
const AT_LEAST_MS = 10_000;
/** Rows that are left after this are not waited for. */
const AT_MOST_MS = 300_000;

type Headers = Readonly<Record<string, string>>;

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

const agent = new Agent({ keepAlive: true });
let baseUrl = '';

function ask(method: string, target: string, headers: Headers, body?: object): Promise<Reply> {
  const began = performance.now();
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const url = target.startsWith('http') ? target : baseUrl + target;
    request(url, { method, agent, headers: { ...headers, 'Content-Type': 'application/json' } }, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (part: string) => (answer += part));
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, text: answer, ms: performance.now() - began });
      });
    })
      .once('error', reject)
      .end(text);
  });
}

async function made<T>(target: string, body: object): Promise<T> {
  const { status, text } = await ask('POST', target, AS_ADMIN, body);
  if (status >= 300) throw new Error(`POST ${target}: ${String(status)} ${text}`);
  return JSON.parse(text) as T;
}

/** Starts the compiled server. */
async function startServer(url: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [path.join(ROOT, 'dist/main.js')], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      OPERATIONS_PORT,
      BCRYPT_COST: '4',
      LOG_LEVEL: 'error',
      PERSONAL_TOKENS_PER_USER: '0',
      VERIFY_WITHOUT_ACCOUNT: 'true',
      METRICS_COUNT_SECONDS: '1',
      DATABASE_URL: url,
      ADMIN_TOKEN: TOKEN,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8');
  for await (const text of child.stdout as AsyncIterable<string>) {
    output += text;
    const [, found] = /(http:\/\/[^\s/]+)\/docs\b/.exec(output) ?? [];
    if (found === undefined) continue;
    baseUrl = found;
    return child;
  }
  throw new Error('the server ended before it was ready');
}

async function stopServer(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** Runs a statement beside the server. */
async function sql(url: string, statement: string): Promise<unknown[]> {
  if (url.startsWith('sqlite:')) {
    const database = new Database(url.slice('sqlite:'.length), { timeout: 5000 });
    try {
      const prepared = database.prepare(statement);
      return prepared.reader ? prepared.all() : [prepared.run()];
    } finally {
      database.close();
    }
  }
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

interface Owners {
  readonly accountId: string;
  readonly userId: number;
  readonly ofAccount: readonly Headers[];
  readonly ofUser: readonly Headers[];
  /** Of the administrator, who stays. */
  readonly other: Headers;
}

async function makeOwners(): Promise<Owners> {
  const { result: account } = await made<{ result: { id: string } }>('/client/v4/accounts', { name: 'Large' });
  const user = await made<{ id: number }>('/api/v1/users', {
    email: 'large@example.com',
    name: 'Large',
    password: randomBytes(16).toString('hex'),
  });
  const ofAccount: Headers[] = [];
  const ofUser: Headers[] = [];
  for (let n = 0; n < VICTIMS; n += 1) {
    const { result } = await made<{ result: { client_id: string; client_secret: string } }>(
      `/client/v4/accounts/${account.id}/access/service_tokens`,
      { name: `victim ${String(n)}` },
    );
    ofAccount.push({ 'CF-Access-Client-Id': result.client_id, 'CF-Access-Client-Secret': result.client_secret });
    const { plain_token: plain } = await made<{ plain_token: string }>(
      `/api/v1/users/${String(user.id)}/access-tokens`,
      { description: `victim ${String(n)}` },
    );
    ofUser.push({ 'Private-Token': plain });
  }
  return { accountId: account.id, userId: user.id, ofAccount, ofUser, other: { 'Private-Token': TOKEN } };
}

/** Tokens whose secrets nobody knows. */
async function fill(url: string, { accountId, userId }: Owners): Promise<void> {
  const shared = `'', 1, 'token ' || n, true, 1700000000000 + n, 1700000000000 + n`;
  const columns = 'handle_scope, secret_version, label, enabled, created_at, updated_at';
  const numbers = (count: string): string =>
    `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${count})`;
  const number = 'CAST(100000000000 + n AS varchar)';
  await sql(
    url,
    `${numbers(values.account)} INSERT INTO latchkey_token
       (id, kind, handle, account_id, secret_digest, expires_at, duration, ${columns})
     SELECT '00000000-0000-4000-8000-' || ${number}, 'service_token', '${'0'.repeat(20)}' || ${number} || '.access',
       '${accountId}', '${'1'.repeat(52)}' || ${number}, 4102444800000, '8760h', ${shared} FROM numbers`,
  );
  await sql(
    url,
    `${numbers(values.user)} INSERT INTO latchkey_token (id, kind, handle, user_id, secret_digest, ${columns})
     SELECT '00000000-0000-4000-a000-' || ${number}, 'personal_token', '${'h'.repeat(68)}' || ${number},
       ${String(userId)}, '${'2'.repeat(52)}' || ${number}, ${shared} FROM numbers`,
  );
  if (!url.startsWith('sqlite:')) await sql(url, 'ANALYZE');
}

/** What others measure until they are told to stop. */
class Others {
  readonly verifications: number[] = [];
  readonly writes: number[] = [];
  readonly problems: string[] = [];
  private isOver = false;
  private readonly loops: Promise<unknown>;

  constructor({ other }: Owners) {
    this.loops = Promise.all([
      this.loop(this.verifications, 5, () => ask('GET', '/verify', other)),
      this.loop(this.writes, 20, () =>
        ask('POST', '/api/v1/users/1000/access-tokens', AS_ADMIN, { description: 'other' }),
      ),
    ]);
  }

  async end(): Promise<void> {
    this.isOver = true;
    await this.loops;
  }

  private async loop(times: number[], pauseMs: number, work: () => Promise<Reply>): Promise<void> {
    while (!this.isOver) {
      const { status, ms, text } = await work();
      times.push(ms);
      if (status !== 200) this.problems.push(`${String(status)} ${text.slice(0, 100)}`);
      await delay(pauseMs);
    }
  }
}

function show(what: string, times: readonly number[]): string {
  const sorted = times.toSorted((one, two) => one - two);
  const at = (part: number): string => (sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(1);
  return `${what}: ${String(times.length)}, median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
}

async function observed<T>(name: string, owners: Owners, work: () => Promise<T>): Promise<T> {
  const others = new Others(owners);
  try {
    return await work();
  } finally {
    await others.end();
    print(
      `${name}\n  ${show('/verify of others', others.verifications)}\n  ${show('writes of others', others.writes)}`,
    );
    if (others.problems.length > 0) print(`  not served: ${others.problems.slice(0, 3).join('; ')}`);
  }
}

/** Deletes, and tries the victims until the rows are gone. */
async function remove(url: string, target: string, victims: readonly Headers[]): Promise<void> {
  for (const victim of victims) {
    const { status } = await ask('GET', '/verify', victim);
    if (status !== 200) throw new Error(`a victim is not accepted: ${String(status)}`);
  }
  const { status, ms, text } = await ask('DELETE', target, AS_ADMIN);
  if (status !== 200) throw new Error(`DELETE ${target}: ${String(status)} ${text}`);
  const returned = performance.now();
  let [tried, accepted] = [0, 0];
  let left = true;
  while ((left || performance.now() - returned < AT_LEAST_MS) && performance.now() - returned < AT_MOST_MS) {
    for (const victim of victims) {
      tried += 1;
      if ((await ask('GET', '/verify', victim)).status === 200) accepted += 1;
    }
    left = (await sql(url, 'SELECT id FROM latchkey_removed_owner')).length > 0;
    await delay(50);
  }
  const gone = left ? 'rows are left' : `rows gone after ${((performance.now() - returned) / 1000).toFixed(0)} s`;
  print(`  returned after ${ms.toFixed(0)} ms, ${gone}, accepted afterwards: ${String(accepted)} of ${String(tried)}`);
}

async function scrape(): Promise<void> {
  const times: number[] = [];
  for (let count = 0; count < 5; count += 1) {
    const { ms, text, status } = await ask('GET', `http://127.0.0.1:${OPERATIONS_PORT}/metrics`, {});
    times.push(ms);
    if (count === 4) {
      const counted = text.split('\n').filter((line) => /^latchkey_tokens\{.*"active"\} /.test(line));
      print(`  ${String(status)}, ${String(Buffer.byteLength(text))} bytes; ${counted.join(' ')}`);
    }
    await delay(2500);
  }
  print(`  scrapes: ${times.map((ms) => `${ms.toFixed(0)} ms`).join(', ')}`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function measure(url: string): Promise<void> {
  let server = await startServer(url);
  const owners = await makeOwners();
  await stopServer(server);
  await fill(url, owners);
  server = await startServer(url);
  try {
    await ask('GET', '/verify', owners.other);
    await observed('before', owners, () => delay(BEFORE_MS));
    await observed(`/metrics with ${values.account} and ${values.user} tokens`, owners, scrape);
    await observed(`user with ${values.user} tokens`, owners, () =>
      remove(url, `/api/v1/users/${String(owners.userId)}`, owners.ofUser),
    );
    await observed(`account with ${values.account} tokens`, owners, () =>
      remove(url, `/client/v4/accounts/${owners.accountId}`, owners.ofAccount),
    );
  } finally {
    agent.destroy();
    await stopServer(server);
  }
}

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-deletions-'));
try {
  await measure(values.database ?? `sqlite:${path.join(folder, 'bench.sqlite')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
