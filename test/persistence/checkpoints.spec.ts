/** SQLite's log is written back into the database file: after the first start, at intervals, when long, and at the end. */
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { EventBus } from '../../src/core/index.js';
import { Recorder } from '../support/channels.js';
import { send } from '../support/http.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';

const MIB = 1_048_576;

const AS_ADMIN = { headers: { 'Private-Token': ADMIN.token } };

let server: TestServer;
let recorder: Recorder;

describe('the log of SQLite', () => {
  beforeEach(async () => {
    recorder = new Recorder('latchkey:checkpoint');
    server = await startServer('sqlite', { SQLITE_CHECKPOINT_SECONDS: '1' });
  });

  afterEach(() => {
    recorder.stop();
  });

  /** The next message that fulfils a condition, of those that come from now on. */
  async function message(isMeant: (message: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    recorder.clear();
    for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
      const found = recorder.of('latchkey:checkpoint').find(isMeant);
      if (found) return found;
      await delay(20);
    }
    throw new Error('the log was not written back in time');
  }

  /** What the database file holds by itself. Copied by another process: closing it in this one would release locks. */
  function inFileAlone<T>(query: string): T[] {
    const copy = path.join(path.dirname(server.database.name), `copy-${String(Date.now())}.sqlite`);
    execFileSync('cp', [server.database.name, copy]);
    const database = new Database(copy);
    const rows = database.prepare<[], T>(query).all();
    database.close();
    return rows;
  }

  const createToken = async (description: string): Promise<number> => {
    const body = JSON.stringify({ description });
    return (await send(server.baseUrl, 'POST', '/api/v1/users/1000/access-tokens', { ...AS_ADMIN, body })).status;
  };

  it('holds what the first start has made soon after it, and later changes after the interval', async () => {
    expect(await message(() => true)).toMatchObject({ by: 'server', outcome: 'done', left: 0 });
    expect(inFileAlone('SELECT id FROM latchkey_user')).toEqual([{ id: 1000 }]);
    expect(await createToken('after the first time')).toBe(200);
    await message(() => true);
    expect(inFileAlone(`SELECT label FROM latchkey_token WHERE label = 'after the first time'`)).toHaveLength(1);
  });

  it('is complete without a log after a stop', async () => {
    expect(await createToken('the last one')).toBe(200);
    await server.stop();
    expect(existsSync(`${server.database.name}-wal`)).toBe(false);
    expect(inFileAlone(`SELECT label FROM latchkey_token WHERE label = 'the last one'`)).toHaveLength(1);
  });

  it('takes in a long log in a thread, without emptying the caches, and the log is short again', async () => {
    const resyncs: string[] = [];
    server.app.get(EventBus).onResync(() => {
      resyncs.push('resync');
    });
    await server.dataSource.query('CREATE TABLE filling (content BLOB)');
    for (let written = 0; written < 40; written += 1) {
      await server.dataSource.query(`INSERT INTO filling VALUES (randomblob(${String(MIB)}))`);
    }
    expect(statSync(`${server.database.name}-wal`).size).toBeGreaterThan(40 * MIB);
    const done = message(({ by }) => by === 'thread');
    const answers: number[] = [];
    for (const isDone = done.then(() => true); (await Promise.race([isDone, delay(1)])) !== true;) {
      answers.push((await send(server.baseUrl, 'GET', '/verify', AS_ADMIN)).status);
    }
    expect(await done).toMatchObject({ outcome: 'done', left: 0 });
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(inFileAlone('SELECT COUNT(*) AS count FROM filling')).toEqual([{ count: 40 }]);
    expect(await createToken('truncates it')).toBe(200);
    expect(statSync(`${server.database.name}-wal`).size).toBeLessThanOrEqual(33 * MIB);
    expect(resyncs).toEqual([]);
    await server.stop();
    expect(existsSync(`${server.database.name}-wal`)).toBe(false);
  });
});
