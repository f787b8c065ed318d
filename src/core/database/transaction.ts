/** An open transaction of a unit of work, which locks rows and records changes. */
import {
  In,
  type EntityManager,
  type FindManyOptions,
  type FindOptionsWhere,
  type ObjectLiteral,
  type ObjectType,
} from 'typeorm';
import type { Change } from '../changes/changes.js';
import type { Clock } from '../clock.js';
import type { DirectoryUser } from '../user-directory.js';
import type { Actor } from './actor.js';
import { TransactionLocks, lockOn, type Lock, type Lockable } from './locks.js';
import { inParts } from './many-rows.js';
import { findRow } from './row-mapper.js';
import type { LockMode, Transactor } from './transactor.js';

/** Work must await only the database and change nothing else, because it may run more than once. */
export class Transaction {
  readonly changes: Change[] = [];
  /** The current state of the user on whose behalf the work runs, locked as shared; `null` if there is no such user. */
  actorUser: DirectoryUser | null = null;
  /** The scopes of the token by which the author acts; `null` if it has none, or they act without one. */
  actorScopes: readonly string[] | null = null;
  isAlreadyRevoked = false;
  readonly locks: TransactionLocks;
  private moment: Date;

  constructor(
    readonly manager: EntityManager,
    /** The author of the changes. */
    readonly actor: Actor,
    private readonly transactor: Transactor,
    private readonly clock: Clock,
  ) {
    this.locks = new TransactionLocks(manager, transactor);
    this.moment = clock.now();
  }

  /** The time at which the transaction got the last lock it requested. */
  get now(): Date {
    return this.moment;
  }

  /**
   * Locks a row until the transaction ends, in order to change or remove it: first by name, which waits for current
   * holders and goes ahead of later requests, then the row itself.
   * @param key - values that identify the lock, even if the row does not exist
   * @param conditions - further conditions that the row must meet
   * @returns the row, which no other transaction can change now, or `null`
   */
  async lockForUpdate<E extends ObjectLiteral, K extends keyof E>(
    entity: Lockable<E, K>,
    key: Readonly<Pick<E, K>>,
    conditions: FindOptionsWhere<E> = {},
  ): Promise<E | null> {
    await this.lock(lockOn(entity.lock, key), 'exclusive');
    const where = { ...key, ...conditions } as FindOptionsWhere<E>;
    const [row] = await this.transactor.findForUpdate(this.manager, entity, { where });
    this.waited();
    return row ?? null;
  }

  /**
   * Locks a row as shared until the transaction ends, in order to rely on its state. Others may share the lock.
   * @param conditions - further conditions that the row must meet
   * @returns the row, or `null`
   */
  async lockShared<E extends ObjectLiteral, K extends keyof E>(
    entity: Lockable<E, K>,
    key: Readonly<Pick<E, K>>,
    conditions?: Readonly<Partial<E>>,
  ): Promise<E | null> {
    await this.lock(lockOn(entity.lock, key), 'shared');
    return findRow<E>(this.manager, entity, { ...key, ...conditions } as Partial<E>);
  }

  /**
   * Locks many rows until the transaction ends, by the rows alone: a lock by name for each would fill the table of locks
   * of PostgreSQL. Nobody can change or remove them, since whoever does locks the row as well; but whoever has one of them
   * locked as shared is not waited for, so this is not enough for changing them.
   * @param mode - `exclusive` for a rule about what belongs to them, which others read with the row locked
   * @param columns - the columns to read
   * @returns those that are there, by their ids
   */
  async lockRows<E extends ObjectLiteral & { id: string | number }>(
    entity: ObjectType<E>,
    ids: Iterable<E['id']>,
    mode: LockMode,
    columns: readonly (string & keyof E)[] = [],
  ): Promise<Map<E['id'], E>> {
    const wanted = [...new Set(ids)].sort((one, other) => (one < other ? -1 : 1));
    const select = Object.fromEntries(['id', ...columns].map((column) => [column, true]));
    const found = new Map<E['id'], E>();
    for (const some of inParts(wanted)) {
      const where = { id: In([...some]) } as unknown as FindOptionsWhere<E>;
      const options = { select, where, order: { id: 'ASC' } } as unknown as FindManyOptions<E>;
      const rows =
        mode === 'shared'
          ? await this.transactor.findShared(this.manager, entity, options)
          : await this.transactor.findForUpdate(this.manager, entity, options);
      for (const row of rows) found.set(row.id, row);
    }
    this.waited();
    return found;
  }

  /**
   * Locks a rule about several rows until the transaction ends. Read the rows afterwards.
   * @param mode - `shared` for changes that rely on the rule without touching it
   */
  lockRule(rule: Lock, mode: LockMode = 'exclusive'): Promise<void> {
    return this.lock(rule, mode);
  }

  /** Tries to take a job that only one instance may do at a time; `false` if another instance has it. */
  tryLockJob(job: string): Promise<boolean> {
    return this.transactor.tryLock(this.manager, `work ${job}`, 'exclusive');
  }

  /** Records a change: it becomes an audit row with the commit, and an event after it. */
  record(change: Change): void {
    this.changes.push(change);
  }

  /**
   * Records that what the author wants to revoke is already revoked. The caller who revoked it may still be waiting until
   * every instance knows, so the author waits as well.
   */
  alreadyRevoked(): void {
    this.isAlreadyRevoked = true;
  }

  private async lock(lock: Lock, mode: LockMode): Promise<void> {
    await this.locks.take(lock, mode);
    this.waited();
  }

  /** Resets the time, because waiting may have taken a while and something may have expired. */
  private waited(): void {
    this.moment = this.clock.now();
  }
}
