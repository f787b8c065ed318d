/** The migration after which the configured minimum length of passwords applies unless another one was chosen. */
import { expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { loadConfig } from '../../src/config/index.js';
import { dataSourceOptions } from '../../src/persistence/index.js';
import { ENTITIES, MIGRATIONS } from '../../src/schema.js';
import { closeLater } from '../support/closing.js';
import { createDatabase, onBothEngines } from '../support/engines.js';

/** What an earlier version stored when only the name of the server was changed. */
const BEFORE = { serverName: 'Acme', externalUrl: '', requireAdminApproval: false, passwordLogin: true };

onBothEngines('the stored minimum length of passwords', (engine) => {
  it.each([
    ['the former default', { ...BEFORE, passwordMinLength: 1 }, BEFORE],
    ['one that somebody has chosen', { ...BEFORE, passwordMinLength: 4 }, { ...BEFORE, passwordMinLength: 4 }],
    ['none', undefined, undefined],
  ])('is %s', async (_kind, before, after) => {
    const database = await createDatabase(engine);
    const { address } = loadConfig({ DATABASE_URL: database.url }).database;
    const at = MIGRATIONS.findIndex(({ name }) => name.startsWith('PasswordLength'));
    const opened = async (migrations: typeof MIGRATIONS): Promise<DataSource> => {
      const options = dataSourceOptions(address, 2, { entities: ENTITIES, migrations });
      const dataSource = await new DataSource({ ...options, migrationsRun: true }).initialize();
      closeLater(() => (dataSource.isInitialized ? dataSource.destroy() : Promise.resolve()));
      return dataSource;
    };
    const policy = async (dataSource: DataSource): Promise<unknown> => {
      const text = `SELECT "value" FROM "latchkey_setting" WHERE "name" = 'policy'`;
      const [row] = await dataSource.query<{ value: string }[]>(text);
      return row && (JSON.parse(row.value) as unknown);
    };

    const old = await opened(MIGRATIONS.slice(0, at));
    if (before) {
      const value = JSON.stringify(before);
      await old.query(`INSERT INTO "latchkey_setting" ("name", "value") VALUES ('policy', '${value}')`);
    }
    await old.destroy();
    const migrated = await opened(MIGRATIONS.slice(0, at + 1));
    expect(await policy(migrated)).toEqual(after);
    await migrated.undoLastMigration({ transaction: 'each' });
    expect(await policy(migrated)).toEqual(after);
    await migrated.destroy();
  });
});
