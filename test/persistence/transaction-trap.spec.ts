import { setImmediate as turn } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { Like } from 'typeorm';
import { AuditRecord, SYSTEM } from '../../src/core/index.js';
import { PersonalToken } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { watchQueries } from '../support/queries.js';
import { newToken, sharedServer } from '../support/services.js';

const WRITERS = 300;
/** Many more than there are connections, but few enough that none waits too long for one on a busy machine. */
const AT_ONCE = 60;

const noPause = (): Promise<void> => Promise.resolve();

onBothEngines('concurrent writers', (engine) => {
  const shared = sharedServer(engine);

  const labels = async (like: string): Promise<string[]> => {
    const tokens = await shared.services.unitOfWork.read((manager) =>
      manager.findBy(PersonalToken, { label: Like(like) }),
    );
    return tokens.map((token) => token.label).sort();
  };

  /**
   * Two tokens in one transaction; a doomed one throws between the second and the commit. With a pause after each,
   * other requests get their turn while it is open.
   */
  const writePair = (name: string, doomed: boolean, pause: () => Promise<unknown> = noPause): Promise<void> =>
    shared.services.unitOfWork.write(SYSTEM, async (tx) => {
      for (const half of ['one', 'two']) {
        const values = newToken(shared.services, shared.services.hashing.newSecret(), { label: `${name} ${half}` });
        await shared.services.tokens.issue(tx, PersonalToken, values);
        await pause();
      }
      if (doomed) throw new Error('half way');
    });

  it('lose no acknowledged write when others fail, and leave nothing of the failed ones', async () => {
    const names = Array.from({ length: WRITERS }, (_, index) => `trap ${String(index)}`);
    const isDoomed = (index: number): boolean => index % 3 === 1;
    const outcomes: PromiseSettledResult<void>[] = [];
    for (let from = 0; from < WRITERS; from += AT_ONCE) {
      const wave = names.slice(from, from + AT_ONCE);
      outcomes.push(...(await Promise.allSettled(wave.map((name, at) => writePair(name, isDoomed(from + at))))));
    }

    const acknowledged = names.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    expect(acknowledged).toEqual(names.filter((_, index) => !isDoomed(index)));
    expect(await labels('trap %')).toEqual(acknowledged.flatMap((name) => [`${name} one`, `${name} two`]).sort());
    const audited = await shared.services.unitOfWork.read((manager) =>
      manager.countBy(AuditRecord, { action: 'token.issued', targetName: Like('trap %') }),
    );
    expect(audited).toBe(2 * acknowledged.length);
  });

  it('fail each for its own reason', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) =>
        shared.services.unitOfWork.write(SYSTEM, async ({ manager }) => {
          await manager.existsBy(PersonalToken, { id: 'x' });
          throw new Error(`reason ${String(index)}`);
        }),
      ),
    );
    expect(outcomes.map((outcome) => (outcome as { reason: Error }).reason.message)).toEqual(
      outcomes.map((_, index) => `reason ${String(index)}`),
    );
  });

  it('show readers no uncommitted row', async () => {
    const load = { running: true };
    const writes = Promise.allSettled(
      Array.from({ length: 120 }, (_, index) => writePair(`dirty ${String(index)}`, true, turn)),
    ).finally(() => (load.running = false));
    const seen: string[] = [];
    let reads = 0;
    while (load.running) {
      seen.push(...(await labels('dirty %')));
      reads += 1;
      // As between requests: SQLite answers without yielding to the event loop.
      await turn();
    }
    await writes;
    expect(reads).toBeGreaterThan(0);
    expect(seen).toEqual([]);
  });

  it('show readers all of a transaction or none of it', async () => {
    const load = { running: true };
    const writes = Promise.all(
      Array.from({ length: 120 }, (_, index) => writePair(`halves ${String(index)}`, false, turn)),
    ).finally(() => (load.running = false));
    const counts: number[] = [];
    while (load.running) {
      counts.push((await labels('halves %')).length);
      await turn();
    }
    await writes;
    expect(counts.length).toBeGreaterThan(0);
    expect(counts.filter((count) => count % 2 === 1)).toEqual([]);
    expect(await labels('halves %')).toHaveLength(240);
  });

  it('read their own writes within their transaction', async () => {
    const found = await shared.services.unitOfWork.write(SYSTEM, async (tx) => {
      const values = newToken(shared.services, shared.services.hashing.newSecret());
      const { id } = await shared.services.tokens.issue(tx, PersonalToken, values);
      return shared.services.tokens.find(tx.manager, PersonalToken, { id });
    });
    expect(found).not.toBeNull();
  });
});

describe('group commit on SQLite', () => {
  const shared = sharedServer('sqlite');

  beforeAll(async () => {
    await shared.server.dataSource.query('CREATE TABLE "parent" ("id" integer PRIMARY KEY)');
    await shared.server.dataSource.query(
      'CREATE TABLE "child" ("parent_id" integer REFERENCES "parent" ("id") DEFERRABLE INITIALLY DEFERRED)',
    );
  });

  const insertParent = (id: number): Promise<unknown> =>
    shared.services.unitOfWork.write(SYSTEM, ({ manager }) => manager.query('INSERT INTO "parent" VALUES (?)', [id]));

  const parents = async (from: number, to: number): Promise<number[]> => {
    const rows = await shared.services.unitOfWork.read((manager) =>
      manager.query<{ id: number }[]>('SELECT "id" FROM "parent" WHERE "id" BETWEEN ? AND ?', [from, to]),
    );
    return rows.map(({ id }) => id);
  };

  it('commits waiting writers together, without savepoints', async () => {
    const watch = watchQueries(shared.server.dataSource);
    await Promise.all(Array.from({ length: 32 }, (_, index) => insertParent(100 + index)));
    watch.stop();
    expect(watch.count(/^BEGIN/)).toBe(1);
    expect(watch.count(/SAVEPOINT/)).toBe(0);
    expect(watch.count(/^COMMIT$/)).toBe(1);
    expect(await parents(100, 131)).toHaveLength(32);
  });

  it('runs no writer again when one fails that has changed nothing', async () => {
    const watch = watchQueries(shared.server.dataSource);
    const fail = shared.services.unitOfWork.write(SYSTEM, async ({ manager }) => {
      await manager.query('SELECT 1');
      throw new Error('nothing done');
    });
    const outcomes = await Promise.allSettled([insertParent(600), fail, insertParent(601)]);
    watch.stop();
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(watch.count(/^BEGIN/)).toBe(1);
    expect(watch.count(/INSERT INTO "parent"/)).toBe(2);
    expect(await parents(600, 699)).toEqual([600, 601]);
  });

  it('runs all again with savepoints when one fails half way, and the next few commits with them at once', async () => {
    const half = (id: number): Promise<unknown> =>
      shared.services.unitOfWork.write(SYSTEM, async ({ manager }) => {
        await manager.query('INSERT INTO "parent" VALUES (?)', [id]);
        throw new Error('half way');
      });
    const began = watchQueries(shared.server.dataSource);
    const outcomes = await Promise.allSettled([insertParent(700), half(701), insertParent(702)]);
    began.stop();
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect([began.count(/^BEGIN/), began.count(/^SAVEPOINT/), began.count(/^COMMIT$/)]).toEqual([2, 3, 1]);
    const next = watchQueries(shared.server.dataSource);
    await Promise.allSettled([half(703), insertParent(704)]);
    next.stop();
    expect([next.count(/^BEGIN/), next.count(/^SAVEPOINT/)]).toEqual([1, 2]);
    // In the end without them again.
    for (let id = 710; id < 730; id++) await insertParent(id);
    const later = watchQueries(shared.server.dataSource);
    await insertParent(730);
    later.stop();
    expect(later.count(/SAVEPOINT/)).toBe(0);
    expect(await parents(700, 709)).toEqual([700, 702, 704]);
  });

  it('does not run long work again because a later writer fails', async () => {
    let runs = 0;
    const long = shared.services.unitOfWork.write(SYSTEM, async ({ manager }) => {
      runs += 1;
      await manager.query('INSERT INTO "parent" VALUES (801)');
      const until = performance.now() + 25;
      while (performance.now() < until) await turn();
    });
    const half = shared.services.unitOfWork.write(SYSTEM, async ({ manager }) => {
      await manager.query('INSERT INTO "parent" VALUES (802)');
      throw new Error('half way');
    });
    const outcomes = await Promise.allSettled([long, half, insertParent(803)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(runs).toBe(1);
    expect(await parents(800, 899)).toEqual([801, 803]);
  });

  it('acknowledges no write when work hides that the engine has rolled back the whole transaction', async () => {
    await insertParent(900);
    const hiding = shared.services.unitOfWork.write(SYSTEM, async ({ manager }) => {
      await manager.query('INSERT OR ROLLBACK INTO "parent" VALUES (900)').catch(() => undefined);
    });
    const outcomes = await Promise.allSettled([insertParent(901), hiding, insertParent(902)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await parents(900, 999)).toEqual([900]);
  });

  it('still commits once when some of them fail', async () => {
    await insertParent(200);
    const watch = watchQueries(shared.server.dataSource);
    const outcomes = await Promise.allSettled([200, 201, 200, 202].map(insertParent));
    watch.stop();
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
    expect(watch.count(/^COMMIT$/)).toBe(1);
    expect(await parents(200, 299)).toEqual([200, 201, 202]);
  });

  it('acknowledges no write when the commit itself fails, and serves the next writers', async () => {
    const orphan = shared.services.unitOfWork.write(SYSTEM, ({ manager }) =>
      manager.query('INSERT INTO "child" VALUES (999)'),
    );
    const outcomes = await Promise.allSettled([insertParent(301), orphan, insertParent(302)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await parents(300, 399)).toEqual([]);
    await insertParent(303);
    expect(await parents(300, 399)).toEqual([303]);
  });

  it('acknowledges no write when the engine rolls back the whole transaction, and serves the next writers', async () => {
    await insertParent(400);
    const fatal = shared.services.unitOfWork.write(SYSTEM, ({ manager }) =>
      manager.query('INSERT OR ROLLBACK INTO "parent" VALUES (400)'),
    );
    const outcomes = await Promise.allSettled([insertParent(401), fatal, insertParent(402)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await parents(400, 499)).toEqual([400]);
    await insertParent(403);
    expect(await parents(400, 499)).toEqual([400, 403]);
  });

  it('waits for another process that has the file locked, and then commits', async () => {
    const other = new Database(shared.server.database.name);
    other.exec('BEGIN IMMEDIATE');
    const watch = watchQueries(shared.server.dataSource);
    const writing = insertParent(500);
    // Until the second attempt, or until the first has failed for good.
    const ended = writing.then(
      () => true,
      () => true,
    );
    while (watch.count(/^BEGIN/) < 2) if (await Promise.race([ended, turn(false)])) break;
    watch.stop();
    other.exec('COMMIT');
    other.close();
    await writing;
    expect(await parents(500, 599)).toEqual([500]);
  });

  it('runs in WAL mode, flushed at every commit, with foreign keys on', async () => {
    const pragma = async (name: string): Promise<unknown> => {
      const [row] = await shared.server.dataSource.query<Record<string, unknown>[]>(`PRAGMA ${name}`);
      return Object.values(row ?? {})[0];
    };
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('foreign_keys')).toBe(1);
    // The driver waits by blocking the process; the transactor waits in its own way.
    expect(await pragma('busy_timeout')).toBe(0);
  });
});
