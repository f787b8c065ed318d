import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EntityManager } from 'typeorm';
import { Transactor, type DatabaseWork, type Lock, type LockMode } from '../index.js';
import { LocksNeeded, TransactionLocks, lockOn } from './locks.js';

interface Request {
  readonly owner: EntityManager;
  readonly mode: LockMode;
  readonly grant: () => void;
}

/** An engine with only fair locks, which does not detect deadlocks. */
class LockTable extends Transactor {
  override readonly waiting = 0;

  /** The requested locks in order: `name mode`, with `?` for attempts that do not wait. */
  readonly asked: string[] = [];
  private readonly held = new Map<string, Map<EntityManager, LockMode>>();
  private readonly requests = new Map<string, Request[]>();

  async lock(owner: EntityManager, name: string, mode: LockMode): Promise<void> {
    this.asked.push(`${name} ${mode}`);
    await nextTick();
    if (this.isFree(owner, name, mode)) this.grant(owner, name, mode);
    else {
      await new Promise<void>((grant) => {
        this.queue(name).push({ owner, mode, grant });
      });
    }
  }

  async tryLock(owner: EntityManager, name: string, mode: LockMode): Promise<boolean> {
    this.asked.push(`${name} ${mode}?`);
    await nextTick();
    if (!this.isFree(owner, name, mode)) return false;
    this.grant(owner, name, mode);
    return true;
  }

  async write<T>(work: DatabaseWork<T>): Promise<T> {
    const owner = {} as EntityManager;
    try {
      return await work(owner);
    } finally {
      this.release(owner);
    }
  }

  read(): never {
    throw new Error('there is nothing to read');
  }

  findForUpdate(): never {
    throw new Error('there are no rows');
  }

  private isFree(owner: EntityManager, name: string, mode: LockMode): boolean {
    const others = [...(this.held.get(name) ?? [])].filter(([holder]) => holder !== owner);
    const wanted = [...others.map(([, theirs]) => theirs), ...this.queue(name).map((request) => request.mode)];
    return mode === 'shared' ? !wanted.includes('exclusive') : wanted.length === 0;
  }

  private queue(name: string): Request[] {
    const queue = this.requests.get(name) ?? [];
    this.requests.set(name, queue);
    return queue;
  }

  private grant(owner: EntityManager, name: string, mode: LockMode): void {
    const holders = this.held.get(name) ?? new Map<EntityManager, LockMode>();
    this.held.set(name, holders.set(owner, mode));
  }

  release(owner: EntityManager): void {
    for (const [name, holders] of this.held) if (holders.delete(owner)) this.serve(name);
  }

  private serve(name: string): void {
    const queue = this.requests.get(name) ?? [];
    this.requests.set(name, []);
    while (queue[0] && this.isFree(queue[0].owner, name, queue[0].mode)) {
      const next = queue.shift();
      if (!next) break;
      this.grant(next.owner, name, next.mode);
      next.grant();
    }
    this.queue(name).push(...queue);
  }
}

type Wish = readonly [lock: Lock, mode: LockMode];

/** Like a unit of work: runs until it has all locks, and takes the locks needed by the last run first. */
async function run(table: LockTable, wishes: readonly Wish[]): Promise<number> {
  let needed = new LocksNeeded([]);
  for (let runs = 1; ; runs += 1) {
    try {
      await table.write(async (manager) => {
        const locks = new TransactionLocks(manager, table);
        await locks.takeInOrder(needed.locks);
        for (const [lock, mode] of wishes) await locks.take(lock, mode);
        await nextTick();
      });
      return runs;
    } catch (error) {
      if (!(error instanceof LocksNeeded)) throw error;
      needed = error;
    }
  }
}

const [USER, TOKEN, ACCOUNT] = ['user', 'token', 'account'].map((kind): Lock => ({ kind, id: '1' })) as [
  Lock,
  Lock,
  Lock,
];
const shared = (lock: Lock): Wish => [lock, 'shared'];
const exclusive = (lock: Lock): Wish => [lock, 'exclusive'];

describe('the locks of a transaction', () => {
  it('are named by kind and id, a pair by both of its ids in the order of the key', () => {
    expect(lockOn({ kind: 'user', columns: ['id'] }, { id: 1000 })).toEqual({ kind: 'user', id: '1000' });
    const key = { kind: 'membership', columns: ['accountId', 'userId'] as const };
    expect(lockOn(key, { userId: 7, accountId: 'a' })).toEqual({ kind: 'membership', id: 'a 7' });
  });

  it('are waited for if requested in order, and only tried otherwise', async () => {
    const table = new LockTable();
    const late: Lock = { kind: 'a kind of its own', id: '1' };
    const second: Lock = { kind: 'token', id: '2' };
    expect(await run(table, [USER, TOKEN, second, ACCOUNT, late].map(shared))).toBe(1);
    expect(await run(table, [ACCOUNT, second, TOKEN, USER].map(exclusive))).toBe(1);
    expect(table.asked).toEqual([
      'user 1 shared',
      'token 1 shared',
      'token 2 shared',
      'account 1 shared',
      'a kind of its own 1 shared',
      'account 1 exclusive',
      'token 2 exclusive?',
      'token 1 exclusive?',
      'user 1 exclusive?',
    ]);
  });

  it('are requested once, unless a shared one has to become exclusive', async () => {
    const table = new LockTable();
    await run(table, [shared(USER), shared(USER), exclusive(USER), shared(USER), exclusive(USER)]);
    expect(table.asked).toEqual(['user 1 shared', 'user 1 exclusive?']);
  });

  it('are all taken in order from the start when one that came out of order was not free', async () => {
    const table = new LockTable();
    const other = {} as EntityManager;
    await table.lock(other, 'user 1', 'exclusive');
    const waiting = run(table, [shared(TOKEN), exclusive(USER)]);
    for (let turn = 0; turn < 5; turn += 1) await nextTick();
    expect(table.asked.slice(1)).toEqual(['token 1 shared', 'user 1 exclusive?', 'user 1 exclusive']);
    // The other may continue, and request what the failed run had locked.
    expect(await table.tryLock(other, 'token 1', 'exclusive')).toBe(true);
    table.release(other);
    expect(await waiting).toBe(2);
    expect(table.asked.slice(-1)).toEqual(['token 1 shared']);
  });

  it('are taken in the next run even if the work has caught the error', async () => {
    const table = new LockTable();
    await table.lock({} as EntityManager, 'user 1', 'exclusive');
    const locks = new TransactionLocks({} as EntityManager, table);
    await locks.take(TOKEN, 'shared');
    expect(() => {
      locks.confirm();
    }).not.toThrow();
    await expect(locks.take(USER, 'shared')).rejects.toBeInstanceOf(LocksNeeded);
    expect(() => {
      locks.confirm();
    }).toThrow(LocksNeeded);
  });

  it('are given to every transaction in the end, whatever they request and in whatever order', async () => {
    const lock = fc.record({
      kind: fc.constantFrom('user', 'token', 'membership', 'other'),
      id: fc.constantFrom('1', '2'),
    });
    const wish = fc.tuple(lock, fc.constantFrom<LockMode>('shared', 'exclusive'));
    const transactions = fc.array(fc.array(wish, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 8 });
    const isDone = async (all: readonly Wish[][]): Promise<void> => {
      const table = new LockTable();
      let done = 0;
      const runs = all.map((wishes) => run(table, wishes).then(() => (done += 1)));
      for (let turn = 0; done < all.length && turn < 2000; turn += 1) await nextTick();
      expect(done).toBe(all.length);
      await Promise.all(runs);
    };
    await fc.assert(fc.asyncProperty(transactions, isDone), { numRuns: 300 });
  });
});
