/** The locks of one transaction, and the order in which transactions wait for locks. */
import type { EntityManager, ObjectLiteral, ObjectType } from 'typeorm';
import type { LockMode, Transactor } from './transactor.js';

/**
 * The order in which a transaction waits for locks: by kind as listed here, then other kinds by name, and by id within
 * a kind. A waiting transaction holds no lock that comes later, so two transactions never wait for each other.
 */
const ORDER: readonly string[] = ['user', 'token', 'membership', 'account'];

/** The object of a lock. Its name must not change between versions, since instances of both must exclude each other. */
export interface Lock {
  readonly kind: string;
  readonly id: string;
}

/** How the rows of an entity are locked: the lock's name consists of the kind and the values of these columns. */
export interface LockKey<K extends PropertyKey> {
  readonly kind: string;
  readonly columns: readonly K[];
}

/** An entity that declares how its rows are locked. */
export type Lockable<E extends ObjectLiteral, K extends keyof E> = ObjectType<E> & { readonly lock: LockKey<K> };

/** The lock on the row with these values, whether or not the row exists. */
export function lockOn<K extends PropertyKey>({ kind, columns }: LockKey<K>, key: Readonly<Record<K, unknown>>): Lock {
  return { kind, id: columns.map((column) => String(key[column])).join(' ') };
}

interface HeldLock extends Lock {
  readonly mode: LockMode;
}

/** Thrown when the work must run again with these locks taken first. */
export class LocksNeeded extends Error {
  constructor(readonly locks: readonly HeldLock[]) {
    super('a lock is held by another transaction; the work has to run again');
  }
}

/**
 * Takes locks for a transaction as its work requests them. A lock that comes after all held ones in the order is waited
 * for. Any other lock (an earlier one, or a shared one that must become exclusive) is taken only if it is free;
 * otherwise the transaction is rolled back, and the work runs again with all locks taken in order from the start.
 */
export class TransactionLocks {
  private readonly held = new Map<string, HeldLock>();
  private latest: HeldLock | undefined;
  private needed: LocksNeeded | undefined;

  constructor(
    private readonly manager: EntityManager,
    private readonly transactor: Transactor,
  ) {}

  /** Takes the locks that an earlier run of the work turned out to need. */
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

  /** Call after the work, which may have caught the error. @throws LocksNeeded if a lock could not be taken */
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
