/** What transactions of a host need on each engine, so that changes of ours can be part of them. */
import type { EntityManager } from 'typeorm';
import { DomainError, HostTransactionError, type Transactor } from '../../core/index.js';
import { isBusy } from '../driver-errors.js';
import type { Engine } from '../engine.js';
import { SqliteTransactor } from '../sqlite-transactor.js';

/** The statements in a host's transaction that the engines do not share. */
export interface JoinedEngine {
  readonly name: Engine;
  /** Call before the first work. @throws HostTransactionError; DomainError `conflict` */
  begin(manager: EntityManager): Promise<void>;
  /** Notes in the transaction that work was done; undone with it, whichever way the host goes back. */
  mark(manager: EntityManager, work: number): Promise<void>;
  /** The work that is left in the transaction. */
  marks(manager: EntityManager): Promise<ReadonlySet<number>>;
  /** Call after the commit, before anything else is awaited. */
  committed(): void;
}

export function joinedEngine(transactor: Transactor): JoinedEngine {
  return transactor instanceof SqliteTransactor ? new SqliteJoin(transactor) : new PostgresJoin();
}

/** A setting of the transaction, which savepoints take back like rows. */
const MARKS = 'latchkey.joined';

class PostgresJoin implements JoinedEngine {
  readonly name = 'postgres';

  async begin(manager: EntityManager): Promise<void> {
    const [row] = await manager.query<{ isolation: string }[]>(
      `SELECT current_setting('transaction_isolation') AS isolation`,
    );
    if (row?.isolation === 'read committed' || row?.isolation === 'read uncommitted') return;
    throw new HostTransactionError(
      `the transaction has the isolation level ${String(row?.isolation)}, in which it does not see what others have ` +
        'revoked or blocked since it began: change tokens in a transaction of the level READ COMMITTED, or after the commit',
    );
  }

  async mark(manager: EntityManager, work: number): Promise<void> {
    await manager.query(`SELECT set_config($1, concat(current_setting($1, true), ' ', $2::text), true)`, [
      MARKS,
      String(work),
    ]);
  }

  async marks(manager: EntityManager): Promise<ReadonlySet<number>> {
    const [row] = await manager.query<{ marks: string | null }[]>('SELECT current_setting($1, true) AS marks', [MARKS]);
    return new Set((row?.marks ?? '').split(' ').filter(Boolean).map(Number));
  }

  committed(): void {
    // Look-ups read the database itself.
  }
}

/** Belongs to the connection of the host, and holds what its last transaction with changes of ours has marked. */
const TABLE = '"temp"."latchkey_joined"';

function createTable(manager: EntityManager): Promise<unknown> {
  return manager.query(`CREATE TABLE IF NOT EXISTS ${TABLE} ("work" INTEGER NOT NULL)`);
}

class SqliteJoin implements JoinedEngine {
  readonly name = 'sqlite';

  constructor(private readonly transactor: SqliteTransactor) {}

  /**
   * Takes the lock of the file for the host's transaction, while none of ours has it: its driver would block the process,
   * and with it the one that has the lock.
   */
  async begin(manager: EntityManager): Promise<void> {
    try {
      await this.transactor.whileIdle(() => manager.query('UPDATE "latchkey_instance" SET "id" = "id" WHERE 0'));
    } catch (error) {
      if (!isBusy(error)) throw error;
      throw new DomainError(
        'conflict',
        'the database has changed since the transaction read from it, or another process is writing: run the ' +
          'transaction again, and change tokens in it before you read',
      );
    }
    await createTable(manager);
    await manager.query(`DELETE FROM ${TABLE}`);
  }

  async mark(manager: EntityManager, work: number): Promise<void> {
    // The host may have gone back to a savepoint from before the table.
    await createTable(manager);
    await manager.query(`INSERT INTO ${TABLE} VALUES (?)`, [work]);
  }

  async marks(manager: EntityManager): Promise<ReadonlySet<number>> {
    await createTable(manager);
    const rows = await manager.query<{ work: number }[]>(`SELECT "work" FROM ${TABLE}`);
    return new Set(rows.map(({ work }) => work));
  }

  committed(): void {
    this.transactor.committedElsewhere();
  }
}
