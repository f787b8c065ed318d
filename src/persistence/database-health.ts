/** Health checks of the database: it is reachable, and has the schema that this version needs. */
import type { DataSource } from 'typeorm';
import type { HealthCheck } from '../core/index.js';

/** The checks to register for a connection. */
export function databaseChecks(dataSource: DataSource): readonly HealthCheck[] {
  const unreachable = 'the database is not reachable';
  let isMigrated = false;
  return [
    {
      name: 'the database',
      check: () =>
        dataSource.query('SELECT 1').then(
          () => null,
          () => unreachable,
        ),
    },
    {
      name: 'the schema',
      requires: 'the database',
      check: async () => {
        try {
          // Migrations are not reverted while a server runs, so one positive check is enough.
          isMigrated ||= !(await dataSource.showMigrations());
          return isMigrated ? null : 'migrations are pending';
        } catch {
          return unreachable;
        }
      },
    },
  ];
}
