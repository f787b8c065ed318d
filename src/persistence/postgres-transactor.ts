/**
 * PostgreSQL: every write has a connection and a transaction of its own. One connection of the pool is left to who only
 * reads: inside a write, too, a host's user directory may ask for another, and if all were taken, each would wait for ever.
 */
import type { DataSource, EntityManager, FindManyOptions, ObjectLiteral, ObjectType } from 'typeorm';
import { Transactor, Semaphore, type DatabaseWork, type HoldMode } from '../core/index.js';
import { poolOf } from '../internals/index.js';
import { isRetryable, translated } from './driver-errors.js';

/** A transaction that lost a deadlock is tried this often altogether. */
const TRIES = 4;

/** How long a write waits for a connection, in milliseconds. */
const PATIENCE_MS = 5000;

export class PostgresTransactor extends Transactor {
  private readonly writers: Semaphore;

  constructor(private readonly dataSource: DataSource) {
    super();
    this.writers = new Semaphore({
      concurrent: Math.max(1, poolSizeOf(dataSource) - 1),
      maxWaitMs: PATIENCE_MS,
      onReject: { message: 'too many changes are waiting for the database; try again', retryAfterSeconds: 2 },
    });
  }

  async read<T>(work: DatabaseWork<T>): Promise<T> {
    try {
      return await work(this.dataSource.manager);
    } catch (error) {
      throw translated(error);
    }
  }

  async write<T>(work: DatabaseWork<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.writers.run(() => this.dataSource.transaction(work));
      } catch (error) {
        if (attempt >= TRIES || !isRetryable(error)) throw translated(error);
      }
    }
  }

  lock<E extends ObjectLiteral>(
    manager: EntityManager,
    entity: ObjectType<E>,
    options: FindManyOptions<E>,
  ): Promise<E[]> {
    return manager.find(entity, { ...options, lock: { mode: 'pessimistic_write' } });
  }

  /** By advisory locks: they queue, while row locks let those who share overtake for ever whoever wants to change. */
  async hold(manager: EntityManager, name: string, mode: HoldMode): Promise<void> {
    const lock = mode === 'share' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
    await manager.query(`SELECT ${lock}(hashtextextended($1, 0))`, [`latchkey ${name}`]);
  }

  async tryHold(manager: EntityManager, name: string): Promise<boolean> {
    const [row] = await manager.query<{ taken: boolean }[]>(
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken',
      [`latchkey ${name}`],
    );
    return row?.taken === true;
  }
}

/** Connections that the pool has at the most. */
export function poolSizeOf(dataSource: DataSource): number {
  return poolOf(dataSource).options.max;
}
