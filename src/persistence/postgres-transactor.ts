/**
 * Transactions on PostgreSQL: every write has its own connection and transaction. One connection of the pool is kept for
 * reads: a host's user directory may need one during a write, which would deadlock if writers held all of them.
 */
import type { OnApplicationShutdown } from '@nestjs/common';
import type { DataSource, EntityManager, FindManyOptions, ObjectLiteral, ObjectType } from 'typeorm';
import { Transactor, Semaphore, type DatabaseWork, type LockMode } from '../core/index.js';
import { poolOf } from '../internals/index.js';
import { commitChannel, type CommitMessage } from './channels.js';
import { DatabaseCondition } from './database-condition.js';
import { isRetryable, publishError, translated } from './driver-errors.js';
import { onPrimary } from './primary.js';
import { PostgresWatch } from './postgres-watch.js';
import type { TransactorLimits } from './transactor-limits.js';

/** Total attempts for a transaction that is rolled back by a deadlock or serialization failure. */
const TRIES = 4;

/** How long a write waits for a connection, in milliseconds. */
const MAX_WAIT_MS = 5000;

const TOO_MANY =
  'too many changes wait for the database (settings DATABASE_POOL_SIZE and WRITES_WAITING); try again in 2 seconds';

export class PostgresTransactor extends Transactor implements OnApplicationShutdown {
  private readonly writers: Semaphore;

  private readonly condition: DatabaseCondition;
  private readonly watch: PostgresWatch;

  constructor(
    private readonly dataSource: DataSource,
    { answerMs, writesWaiting }: TransactorLimits,
  ) {
    super();
    this.condition = DatabaseCondition.of(dataSource);
    this.watch = PostgresWatch.of(dataSource, answerMs);
    this.writers = new Semaphore({
      concurrent: Math.max(1, poolSizeOf(dataSource) - 1),
      maxWaitMs: MAX_WAIT_MS,
      maxWaiting: writesWaiting,
      onReject: { message: TOO_MANY, retryAfterSeconds: 2 },
    });
  }

  get waiting(): number {
    return this.writers.waiting;
  }

  onApplicationShutdown(): void {
    this.watch.close();
  }

  async read<T>(work: DatabaseWork<T>): Promise<T> {
    try {
      const result = await this.watch.guard(() => onPrimary(this.dataSource, work));
      this.condition.worked('read');
      return result;
    } catch (error) {
      throw translated(error, 'postgres', this.condition);
    }
  }

  async write<T>(work: DatabaseWork<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const result = await this.watch.guard(() =>
          commitChannel.hasSubscribers ? this.observed(work) : this.inTurn(work),
        );
        this.condition.worked('write');
        return result;
      } catch (error) {
        if (attempt >= TRIES || !isRetryable(error)) throw translated(error, 'postgres', this.condition, 'write');
        publishError({ engine: 'postgres', error, consequence: 'retried' });
      }
    }
  }

  private inTurn<T>(work: DatabaseWork<T>): Promise<T> {
    return this.writers.run(() => this.dataSource.transaction(work));
  }

  /** Like `inTurn`, and publishes the outcome. */
  private async observed<T>(work: DatabaseWork<T>): Promise<T> {
    const [came, { waiting }] = [performance.now(), this.writers];
    let began: number | undefined;
    let outcome: CommitMessage['outcome'] = 'rolled_back';
    try {
      const result = await this.writers.run(() => {
        began = performance.now();
        return this.dataSource.transaction(work);
      });
      outcome = 'committed';
      return result;
    } finally {
      const ended = performance.now();
      began ??= ended;
      const [waitMs, durationMs] = [began - came, ended - began];
      commitChannel.publish({ engine: 'postgres', outcome, writes: 1, waiting, waitMs, durationMs });
    }
  }

  findForUpdate<E extends ObjectLiteral>(
    manager: EntityManager,
    entity: ObjectType<E>,
    options: FindManyOptions<E>,
  ): Promise<E[]> {
    return manager.find(entity, { ...options, lock: { mode: 'pessimistic_write' } });
  }

  override findShared<E extends ObjectLiteral>(
    manager: EntityManager,
    entity: ObjectType<E>,
    options: FindManyOptions<E>,
  ): Promise<E[]> {
    return manager.find(entity, { ...options, lock: { mode: 'pessimistic_read' } });
  }

  /** Uses advisory locks, which queue. With row locks, a stream of shared locks could starve an exclusive one. */
  async lock(manager: EntityManager, name: string, mode: LockMode): Promise<void> {
    const lock = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
    await manager.query(`SELECT ${lock}(hashtextextended($1, 0))`, [`latchkey ${name}`]);
  }

  async tryLock(manager: EntityManager, name: string, mode: LockMode): Promise<boolean> {
    const lock = mode === 'shared' ? 'pg_try_advisory_xact_lock_shared' : 'pg_try_advisory_xact_lock';
    const [row] = await manager.query<{ taken: boolean }[]>(`SELECT ${lock}(hashtextextended($1, 0)) AS taken`, [
      `latchkey ${name}`,
    ]);
    return row?.taken === true;
  }
}

/** Maximum number of connections in the pool. */
export function poolSizeOf(dataSource: DataSource): number {
  return poolOf(dataSource).options.max;
}
