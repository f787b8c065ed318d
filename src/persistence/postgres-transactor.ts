/** PostgreSQL: every write has a connection and a transaction of its own. */
import type { DataSource, EntityManager, FindManyOptions, ObjectLiteral, ObjectType } from 'typeorm';
import { Transactor, type DatabaseWork, type LockMode } from '../core/index.js';
import { isRetryable, translated } from './driver-errors.js';

/** A transaction that lost a deadlock is tried this often altogether. */
const TRIES = 4;

export class PostgresTransactor extends Transactor {
  constructor(private readonly dataSource: DataSource) {
    super();
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
        return await this.dataSource.transaction(work);
      } catch (error) {
        if (attempt >= TRIES || !isRetryable(error)) throw translated(error);
      }
    }
  }

  lock<E extends ObjectLiteral>(
    manager: EntityManager,
    entity: ObjectType<E>,
    options: FindManyOptions<E>,
    mode: LockMode,
  ): Promise<E[]> {
    const lock = { mode: mode === 'share' ? 'pessimistic_read' : 'pessimistic_write' } as const;
    return manager.find(entity, { ...options, lock });
  }
}
