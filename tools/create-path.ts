/**
 * Lists the files of the built server that one create of each dialect enters, for `npm run create-path`: a measure of how
 * many places somebody has to read who follows a request.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as ConfigRoom from '../src/config/index.js';
import type * as ServerFile from '../src/standalone/server.js';

const DIST = pathToFileURL(path.resolve(import.meta.dirname, '../dist')).href;

const TOKEN = 'Kq3-vT9wLx0ZbN7yRf2hUe5mJc8sGd1aPo6_iWtXBnE';
const PASSWORD = 'correct horse battery';
const ACCOUNT_ID = 'a'.repeat(32);
const ENVIRONMENT = {
  HOST: '127.0.0.1',
  PORT: '0',
  BCRYPT_COST: '4',
  LOG_LEVEL: 'silent',
  // Listeners to channels are not a part of the path.
  METRICS: 'false',
  SECURITY_LOG_LINES: '0',
  ADMIN_EMAIL: 'root@example.com',
  ADMIN_PASSWORD: PASSWORD,
  ADMIN_TOKEN: TOKEN,
  ACCOUNT_ID,
  ACCOUNT_NAME: 'Acme',
};

/** Creates that come before the measured one, so that caches are warm. */
const WARM_UP = 3;

/** So many are measured: on a busy machine, timers run during several. */
const MEASURED = 8;

/** How long what follows an answer (a log line, for example) may take. */
const SETTLE_MS = 50;

type Creates = Readonly<Record<string, () => Promise<unknown>>>;

async function createsAt(baseUrl: string): Promise<Creates> {
  const post = async <T>(route: string, body: object, headers: Record<string, string> = {}): Promise<T> => {
    const response = await fetch(baseUrl + route, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${route}: ${String(response.status)} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const login = { username: ENVIRONMENT.ADMIN_EMAIL, password: PASSWORD, organisation: ENVIRONMENT.ACCOUNT_NAME };
  const { data } = await post<{ data: { token: string } }>('/crmapi/rest/v2/authentication/token', login);
  const bearer = { Authorization: `Bearer ${TOKEN}` };
  let number = 0;
  return {
    cloudflare: () => post(`/client/v4/accounts/${ACCOUNT_ID}/access/service_tokens`, { name: 'one' }, bearer),
    crm: () => {
      number += 1;
      const names = { identifier: `one-${String(number)}`, pass_code: '12345' };
      return post('/crmapi/rest/v2/access_tokens/create', { ...data, ...names });
    },
    canvus: () => post('/api/v1/users/1000/access-tokens', { description: 'one' }, { 'Private-Token': TOKEN }),
  };
}

/** The files in which a function ran during the work, sorted. */
async function filesEntered(profiler: Session, work: () => Promise<unknown>): Promise<string[]> {
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  await settle();
  await profiler.post('Profiler.takePreciseCoverage');
  await work();
  await settle();
  const { result } = await profiler.post('Profiler.takePreciseCoverage');
  return result
    .filter(({ url, functions }) => url.startsWith(DIST) && functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0))
    .map(({ url }) => url.slice(DIST.length + 1))
    .sort();
}

async function measure(database: string): Promise<Record<string, string[]>> {
  const { loadConfig } = (await import(`${DIST}/config/index.js`)) as typeof ConfigRoom;
  const { createServer } = (await import(`${DIST}/standalone/server.js`)) as typeof ServerFile;
  const config = loadConfig({ ...ENVIRONMENT, DATABASE_URL: `sqlite:${database}` });
  const server = await createServer(config, { cleanup: { initialDelayMs: 86_400_000 } });
  await server.start();
  const { port } = new URL(await server.app.getUrl());
  const profiler = new Session();
  profiler.connect();
  await profiler.post('Profiler.enable');
  await profiler.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  const entered: Record<string, string[]> = {};
  for (const [dialect, create] of Object.entries(await createsAt(`http://127.0.0.1:${port}`))) {
    for (let done = 0; done < WARM_UP; done += 1) await create();
    let files = await filesEntered(profiler, create);
    for (let done = 1; done < MEASURED; done += 1) {
      const again = await filesEntered(profiler, create);
      // What runs by itself, such as a timer, is not on the way of all.
      files = files.filter((file) => again.includes(file));
    }
    entered[dialect] = files;
  }
  profiler.disconnect();
  await server.stop();
  return entered;
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-create-path-'));
try {
  process.stdout.write(`${JSON.stringify(await measure(path.join(folder, 'latchkey.db')), null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
