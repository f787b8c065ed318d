/** The migration that lets a row of the audit log stand for several events. */
import { expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { migrationsBefore, migrationsUpTo, openMigrated } from '../support/earlier-schema.js';

const ADD = `INSERT INTO "latchkey_audit" ("created_at", "action", "target_type", "details")
  VALUES (1000, 'user.login_failed', 'user', '{"method":"token"}')`;

onBothEngines('the number of events in rows of the audit log', (engine) => {
  it('is unknown for existing rows, which stay when the columns are added and removed', async () => {
    const database = await createDatabase(engine);
    const rows = (dataSource: DataSource): Promise<Record<string, unknown>[]> =>
      dataSource.query('SELECT * FROM "latchkey_audit" ORDER BY "id"');

    const old = await openMigrated(database, migrationsBefore('AuditOccurrences'));
    for (let row = 0; row < 2; row += 1) await old.query(ADD);
    const before = await rows(old);
    await old.destroy();
    const migrated = await openMigrated(database, migrationsUpTo('AuditOccurrences'));
    const none = { aggregate_key: null, occurrences: null, last_at: null };
    expect(await rows(migrated)).toEqual(before.map((row) => ({ ...row, ...none })));
    await migrated.query(`UPDATE "latchkey_audit" SET "aggregate_key" = 'x', "occurrences" = 7 WHERE "id" = 1`);
    await migrated.undoLastMigration({ transaction: 'each' });
    expect(await rows(migrated)).toEqual(before);
  });
});
