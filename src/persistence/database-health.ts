/** Health checks of the database: it is reachable, has the schema that this version needs, and can be written to. */
import type { DataSource } from 'typeorm';
import type { HealthCheck, Transactor } from '../core/index.js';
import { DatabaseCondition } from './database-condition.js';
import { engineOf } from './engine.js';
import { Unresponsive, PostgresWatch } from './postgres-watch.js';
import { SqliteFile } from './sqlite-connection.js';

const UNREACHABLE = 'the database is not reachable';
const SILENT = 'the database does not answer';

/** How long it takes to notice that it does not, beyond the time that it has. */
const NOTICED_MS = 300;

/** While writes succeed, none is tried for this long. */
const WRITTEN_WITHIN_MS = 10_000;

/**
 * The checks to register for a connection.
 * @param answerMs - how long PostgreSQL may not answer
 */
export function databaseChecks(
  dataSource: DataSource,
  transactor: Transactor,
  answerMs: number,
): readonly HealthCheck[] {
  let isMigrated = false;
  const timeLimitMs = answerMs + NOTICED_MS;
  return [
    { name: 'the database', timeLimitMs, check: () => reachable(dataSource, answerMs) },
    {
      name: 'the schema',
      requires: 'the database',
      timeLimitMs,
      late: () => SILENT,
      check: async () => {
        try {
          // Migrations are not reverted while a server runs, so one positive check is enough.
          isMigrated ||= !(await dataSource.showMigrations());
          return isMigrated ? null : 'migrations are pending';
        } catch {
          return UNREACHABLE;
        }
      },
    },
    {
      name: 'writing to the database',
      requires: 'the schema',
      timeLimitMs,
      late: () => DatabaseCondition.of(dataSource).writeProblem ?? 'writing to the database takes too long',
      check: writable(dataSource, transactor),
    },
  ];
}

async function reachable(dataSource: DataSource, answerMs: number): Promise<string | null> {
  const ask = (): Promise<unknown> => dataSource.query('SELECT 1');
  try {
    await (engineOf(dataSource) === 'postgres' ? PostgresWatch.of(dataSource, answerMs).guard(ask) : ask());
    return null;
  } catch (error) {
    return error instanceof Unresponsive ? SILENT : UNREACHABLE;
  }
}

function writable(dataSource: DataSource, transactor: Transactor): () => Promise<string | null> {
  const [condition, file] = [DatabaseCondition.of(dataSource), SqliteFile.of(dataSource)];
  return async () => {
    try {
      file?.check();
    } catch {
      return 'the database file was removed or replaced';
    }
    if (!condition.hasWrittenWithin(WRITTEN_WITHIN_MS)) await tryToWrite(transactor).catch(() => undefined);
    return condition.writeProblem;
  };
}

/** Writes a row and removes it, so that nobody ever sees it. */
function tryToWrite(transactor: Transactor): Promise<void> {
  return transactor.write(async (manager) => {
    const columns = '"id", "renewals", "fenced", "trust_ms"';
    await manager.query(
      `INSERT INTO "latchkey_instance" (${columns}) VALUES ('00000000-0000-0000-0000-000000000000', 0, TRUE, 0)`,
    );
    await manager.query(`DELETE FROM "latchkey_instance" WHERE "id" = '00000000-0000-0000-0000-000000000000'`);
  });
}
