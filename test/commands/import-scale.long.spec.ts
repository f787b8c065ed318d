/**
 * An import of many rows, as a process next to a server that serves. IMPORT_ROWS sets another number: a million rows take
 * some minutes.
 */
import { hash } from 'node:crypto';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Engine } from '../../src/persistence/index.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { Program } from '../support/program.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');
const ROWS = Number(process.env.IMPORT_ROWS ?? 30_000);

/** Of the whole process, whatever the number of rows: 300 MiB were seen with 30,000, and 325 with 200,000. */
const MEMORY_BOUND_MIB = 400;

const plainOf = (row: number): string => String(row).padEnd(43, 'p');

let folder: string;
let file: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-import-'));
  file = path.join(folder, 'tokens.csv');
  const rows = function* (): Generator<string> {
    yield 'kind,algorithm,hash,name,user\n';
    for (let row = 0; row < ROWS; row++) {
      yield `personal_token,sha256,${hash('sha256', plainOf(row))},row ${String(row)},${ADMIN.email}\n`;
    }
  };
  await pipeline(Readable.from(rows()), createWriteStream(file));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The most memory that a process has had, in MiB; Linux only. */
function peakMemory(pid: number): number {
  const [, kibibytes = '0'] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
  return Number(kibibytes) / 1024;
}

function startImport(server: TestServer): Program {
  const args = [MAIN, 'import', 'tokens', file, '--json'];
  return new Program(process.execPath, { args, env: { DATABASE_URL: server.database.url, HOME: '/nowhere' } });
}

async function countOf({ dataSource }: TestServer): Promise<number> {
  const [row] = await dataSource.query<{ n: number | string }[]>(`SELECT count(*) AS n FROM latchkey_token`);
  return Number(row?.n);
}

onBothEngines('an import of many rows', (engine: Engine) => {
  let server: TestServer;
  let before: number;

  beforeAll(async () => {
    server = await startServer(engine, { PERSONAL_TOKENS_PER_USER: '0', LOG_LEVEL: 'fatal' });
    before = await countOf(server);
  });
  afterAll(() => server.close());

  const verify = async (row: number): Promise<number> => {
    const headers = { 'Private-Token': plainOf(row) };
    return (await send(server.baseUrl, 'GET', '/verify', { headers })).status;
  };

  it('that is killed leaves whole batches, and the server goes on', async () => {
    const killed = startImport(server);
    let imported = 0;
    while (imported === 0) {
      await sleep(20);
      imported = (await countOf(server)) - before;
    }
    killed.kill('SIGKILL');
    await killed.exited;
    imported = (await countOf(server)) - before;
    expect(imported).toBeLessThan(ROWS);
    expect(imported % 500).toBe(0);
    expect([await verify(0), await verify(ROWS - 1)]).toEqual([200, 401]);
  }, 300_000);

  it('is resumed, takes no more memory than a small one, and lets others be verified meanwhile', async () => {
    const resumed = startImport(server);
    const state = { isOver: false };
    void resumed.exited.finally(() => (state.isOver = true));
    let peak = 0;
    const waits: number[] = [];
    while (!state.isOver) {
      const start = performance.now();
      expect(await verify(0)).toBe(200);
      waits.push(performance.now() - start);
      try {
        peak = Math.max(peak, peakMemory(resumed.pid));
      } catch {
        // It has just ended.
      }
      await sleep(20);
    }
    expect(await resumed.exited).toEqual({ code: 0, signal: null });
    expect((await countOf(server)) - before).toBe(ROWS);
    expect(await verify(ROWS - 1)).toBe(200);
    expect(peak).toBeGreaterThan(50);
    expect(peak).toBeLessThan(MEMORY_BOUND_MIB);
    waits.sort((one, other) => one - other);
    // Generous, because the test shares its processors with the import.
    expect(waits[Math.floor(waits.length * 0.95)]).toBeLessThan(500);
  }, 1_800_000);
});
