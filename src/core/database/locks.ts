/** The locks of one transaction, and the order in which transactions wait for them. */
import type { EntityManager, ObjectLiteral, ObjectType } from 'typeorm';
import type { LockMode, Transactor } from './transactor.js';

/**
 * The order in which a transaction waits for locks: by kind as listed here, other kinds after these by name, and by id
 * within a kind. Whoever waits holds nothing that comes later, so no two transactions ever wait for each other.
 */
const ORDER: readonly string[] = ['user', 'token', 'membership', 'account'];

/** What a lock is on. Its name is the same in every version: instances of two of them must exclude each other. */
export interface Lock {
  readonly kind: string;
  readonly id: string;
}

/** How an entity's rows are locked: by the kind that begins the name, and the columns whose values end it. */
export interface LockKey<K extends PropertyKey> {
  readonly kind: string;
  readonly columns: readonly K[];
}

/** An entity that says how its rows are locked. */
export type Lockable<E extends ObjectLiteral, K extends keyof E> = ObjectType<E> & { readonly lock: LockKey<K> };

/** The lock on the row with these values, whether or not there is one. */
export function lockOn<K extends PropertyKey>({ kind, columns }: LockKey<K>, key: Readonly<Record<K, unknown>>): Lock {
  return { kind, id: columns.map((column) => String(key[column])).join(' ') };
}

interface HeldLock extends Lock {
  readonly mode: LockMode;
}

/** Says that the work must run again, with these locks taken before anything else. */
export class LocksNeeded extends Error {
  constructor(readonly locks: readonly HeldLock[]) {
    super('a lock is taken by another transaction; the work has to run again');
  }
}

/**
 * Takes locks for a transaction as its work asks for them. A lock that comes in order, after all that are held, is
 * waited for. One that does not (an earlier one, or one that is shared and has to be exclusive) is taken if it is free;
 * otherwise everything is given back, and the work runs again with all of them taken in order from the start.
 */
export class TransactionLocks {
  private readonly held = new Map<string, HeldLock>();
  private latest: HeldLock | undefined;
  private needed: LocksNeeded | undefined;

  constructor(
    private readonly manager: EntityManager,
    private readonly transactor: Transactor,
  ) {}

  /** Those that an earlier run of the work turned out to need. */
  async takeInOrder(locks: readonly HeldLock[]): Promise<void> {
    for (const lock of [...locks].sort(inOrder)) await this.take(lock, lock.mode);
  }

  /** @throws LocksNeeded */
  async take({ kind, id }: Lock, mode: LockMode): Promise<void> {
    const lock = { kind, id, mode };
    const name = `${kind} ${id}`;
    const before = this.held.get(name);
    if (before?.mode === 'exclusive' || before?.mode === mode) return;
    const isNext = this.latest === undefined || inOrder(this.latest, lock) < 0;
    if (isNext) await this.transactor.lock(this.manager, name, mode);
    else if (!(await this.transactor.tryLock(this.manager, name, mode))) {
      this.needed = new LocksNeeded([...new Map(this.held).set(name, lock).values()]);
      throw this.needed;
    }
    this.held.set(name, lock);
    if (isNext) this.latest = lock;
  }

  /** For work that is done: it may have caught what it was told. @throws LocksNeeded */
  confirm(): void {
    if (this.needed) throw this.needed;
  }
}

function inOrder(one: Lock, other: Lock): number {
  return rank(one) - rank(other) || compare(one.kind, other.kind) || compare(one.id, other.id);
}

function rank({ kind }: Lock): number {
  const at = ORDER.indexOf(kind);
  return at < 0 ? ORDER.length : at;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
