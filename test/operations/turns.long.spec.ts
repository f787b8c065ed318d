/** 100,000 rows by every door, and a stop meanwhile: nobody else waits. */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { loadConfig } from '../../src/config/index.js';
import { dataSourceOptions } from '../../src/persistence/index.js';
import { SCHEMA } from '../../src/schema.js';
import { closeLater } from '../support/closing.js';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { send } from '../support/http.js';
import { openStream } from '../support/line-stream.js';
import { addMany } from '../support/many-rows.js';
import { Program } from '../support/program.js';
import { startProcess } from '../support/process.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';

// Times are compared on machines that do other things as well: what is really wrong fails each time.
jest.retryTimes(2);
jest.setTimeout(300_000);

const MANY = 100_000;

/** What an answer may wait, in milliseconds. */
const BOUND_MS = 50;

/** What one piece of work may take of the processor: with the threads that collect garbage beside it. */
const PIECE_MS = 100;

/** How much longer than an idle server lets one wait, on a machine with other processes. */
const NOISE = 4;

const TOKENS = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;
const CRM = '/crmapi/rest/v2/access_tokens/list?token=TOKEN';
const AS_ADMIN = { Authorization: `Bearer ${ADMIN.token}`, 'Private-Token': ADMIN.token };

const DOORS: readonly string[] = [
  TOKENS,
  `${TOKENS}?search=token`,
  `${TOKENS}?search=nowhere&per_page=1`,
  `${TOKENS}?name=token%2099999&per_page=1`,
  `${TOKENS}?page=100&per_page=1000`,
  `/client/v4/accounts/${ACCOUNT.id}/members`,
  '/client/v4/accounts',
  '/api/v1/users',
  '/api/v1/users/1000/access-tokens',
  '/api/v1/audit-log?per_page=1000',
  '/api/v1/audit-log?created_after=2000-01-01&per_page=10',
  '/api/v1/audit-log?author_id=1000&target_type=server-config',
  '/api/v1/audit-log/export-csv',
  `${CRM}&number=100000`,
  `${CRM}&number=1000&offset=99000&life_cycle_state=EFFECTIVE`,
];

const ENV = {
  ADMIN_EMAIL: ADMIN.email,
  ADMIN_PASSWORD: ADMIN.password,
  ADMIN_TOKEN: ADMIN.token,
  ACCOUNT_ID: ACCOUNT.id,
  ACCOUNT_NAME: ACCOUNT.name,
  VERIFY_WITHOUT_ACCOUNT: 'true',
  LOG_LEVEL: 'error',
  CRM_LIST_MAX: '1000000',
  // The events are old ones.
  AUDIT_RETENTION_DAYS: '0',
};

const FIXTURES = import.meta.dirname;

interface Held {
  readonly delayMs: number;
  readonly pieceMs: number;
}

interface Waited {
  readonly count: number;
  readonly maxMs: number;
}

onBothEngines(`a server with ${String(MANY)} rows of everything`, (engine) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase(engine);
    // The first start makes the schema, the administrator and the account.
    await (await startProcess({ ...ENV, DATABASE_URL: database.url })).stop();
    const { address } = loadConfig({ DATABASE_URL: database.url }).database;
    const dataSource = await new DataSource({ ...dataSourceOptions(address, 2, SCHEMA), extra: {} }).initialize();
    await addMany({ dataSource }, MANY);
    if (engine === 'postgres') await dataSource.query('VACUUM ANALYZE');
    await dataSource.destroy();
  });

  async function start(): Promise<{ baseUrl: string; server: Program; verifying: Program; login: string }> {
    const server = new Program(process.execPath, {
      args: [path.join(FIXTURES, 'observed-server.fixture.js')],
      env: { ...ENV, DATABASE_URL: database.url, PORT: '0', BCRYPT_COST: '4' },
    });
    await server.until(() => server.stdout.includes('/docs'));
    const [baseUrl = ''] = /http:\/\/[^\s/]+/.exec(server.stdout) ?? [];
    const verifying = new Program(process.execPath, {
      args: [path.join(FIXTURES, 'verify-client.fixture.js'), baseUrl, ADMIN.token],
    });
    await verifying.until(() => verifying.stdout.includes('READY'));
    const body = JSON.stringify({ username: ADMIN.email, password: ADMIN.password, organisation: ACCOUNT.name });
    const reply = await send(baseUrl, 'POST', '/crmapi/rest/v2/authentication/token', { body });
    return { baseUrl, server, verifying, login: reply.json<{ data: { token: string } }>().data.token };
  }

  /** What a program tells of the time since it was asked last. */
  async function told<T>(program: Program, word: string): Promise<T> {
    const before = program.stdout.length;
    program.kill('SIGUSR2');
    const line = new RegExp(`${word} (.*)\n`);
    await program.until(() => line.test(program.stdout.slice(before)));
    return JSON.parse(line.exec(program.stdout.slice(before))?.[1] ?? '') as T;
  }

  it('answers /verify at once while any of it is listed or streamed', async () => {
    const { baseUrl, server, verifying, login } = await start();
    const measured = async (work: () => Promise<unknown>): Promise<Held & Waited> => {
      await Promise.all([told(server, 'HELD'), told(verifying, 'WAITED')]);
      await work();
      const [held, waited] = [await told<Held>(server, 'HELD'), await told<Waited>(verifying, 'WAITED')];
      return { ...held, ...waited };
    };
    await delay(1000);
    const idle = await measured(() => delay(2000));
    const limit = BOUND_MS + NOISE * idle.maxMs;
    const ask = async (door: string): Promise<void> => {
      const { status } = await send(baseUrl, 'GET', door.replace('TOKEN', login), { headers: AS_ADMIN });
      expect(status).toBe(200);
    };
    const report: Record<string, Held & Waited> = { idle };
    for (const door of DOORS) report[door] = await measured(() => ask(door));
    report['four searches'] = await measured(() => Promise.all(Array.from({ length: 4 }, () => ask(DOORS[2] ?? ''))));
    report.streams = await measured(async () => {
      const streams = await Promise.all(
        Array.from({ length: 10 }, () => openStream(baseUrl, '/api/v1/users?subscribe', AS_ADMIN)),
      );
      for (const stream of streams) await stream.until(() => stream.lines.length > 0, 60_000);
      for (const stream of streams) stream.close();
    });
    process.stdout.write(`${engine}: at most ${limit.toFixed(0)} ms\n${table(report)}`);
    for (const [name, { maxMs, pieceMs, count }] of Object.entries(report)) {
      expect({ name, isFast: maxMs < limit, isShort: pieceMs < PIECE_MS, isAsked: count > 0 }).toEqual({
        name,
        isFast: true,
        isShort: true,
        isAsked: true,
      });
    }
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  it('ends within nine seconds of a signal while it exports', async () => {
    const { baseUrl, server } = await start();
    const exporting = send(baseUrl, 'GET', '/api/v1/audit-log/export-csv', { headers: AS_ADMIN }).catch(
      () => undefined,
    );
    const stuck = await openStream(baseUrl, '/api/v1/audit-log/export-csv', AS_ADMIN);
    stuck.pause();
    closeLater(() => {
      stuck.close();
    });
    await delay(200);
    const begun = performance.now();
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(9000);
    await exporting;
  });
});

function table(report: Readonly<Record<string, Held & Waited>>): string {
  const rows = Object.entries(report).map(
    ([name, { maxMs, delayMs, pieceMs }]) =>
      `  verify ${maxMs.toFixed(0)} ms, loop ${delayMs.toFixed(0)} ms, piece ${pieceMs.toFixed(0)} ms  ${name}\n`,
  );
  return rows.join('');
}
