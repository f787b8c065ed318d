/** The migration that lets a row of the audit log stand for several events. */
import { expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { loadConfig } from '../../src/config/index.js';
import { dataSourceOptions } from '../../src/persistence/index.js';
import { ENTITIES, MIGRATIONS } from '../../src/schema.js';
import { closeLater } from '../support/closing.js';
import { createDatabase, onBothEngines } from '../support/engines.js';

const ADD = `INSERT INTO "latchkey_audit" ("created_at", "action", "target_type", "details")
  VALUES (1000, 'user.login_failed', 'user', '{"method":"token"}')`;

onBothEngines('the number of events in rows of the audit log', (engine) => {
  it('is unknown for existing rows, which stay when the columns are added and removed', async () => {
    const database = await createDatabase(engine);
    const { address } = loadConfig({ DATABASE_URL: database.url }).database;
    const at = MIGRATIONS.findIndex(({ name }) => name.startsWith('AuditOccurrences'));
    const opened = async (migrations: typeof MIGRATIONS): Promise<DataSource> => {
      const options = dataSourceOptions(address, 2, { entities: ENTITIES, migrations });
      const dataSource = await new DataSource({ ...options, migrationsRun: true }).initialize();
      closeLater(() => (dataSource.isInitialized ? dataSource.destroy() : Promise.resolve()));
      return dataSource;
    };
    const rows = (dataSource: DataSource): Promise<Record<string, unknown>[]> =>
      dataSource.query('SELECT * FROM "latchkey_audit" ORDER BY "id"');

    const old = await opened(MIGRATIONS.slice(0, at));
    for (let row = 0; row < 2; row += 1) await old.query(ADD);
    const before = await rows(old);
    await old.destroy();
    const migrated = await opened(MIGRATIONS.slice(0, at + 1));
    const none = { aggregate_key: null, occurrences: null, last_at: null };
    expect(await rows(migrated)).toEqual(before.map((row) => ({ ...row, ...none })));
    await migrated.query(`UPDATE "latchkey_audit" SET "aggregate_key" = 'x', "occurrences" = 7 WHERE "id" = 1`);
    await migrated.undoLastMigration({ transaction: 'each' });
    expect(await rows(migrated)).toEqual(before);
    await migrated.destroy();
  });
});
