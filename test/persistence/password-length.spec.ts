/** The migration after which the configured minimum length of passwords applies unless another one was chosen. */
import { expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { migrationsBefore, migrationsUpTo, openMigrated } from '../support/earlier-schema.js';

/** What an earlier version stored when only the name of the server was changed. */
const BEFORE = { serverName: 'Acme', externalUrl: '', requireAdminApproval: false, passwordLogin: true };

onBothEngines('the stored minimum length of passwords', (engine) => {
  it.each([
    ['the former default', { ...BEFORE, passwordMinLength: 1 }, BEFORE],
    ['one that somebody has chosen', { ...BEFORE, passwordMinLength: 4 }, { ...BEFORE, passwordMinLength: 4 }],
    ['none', undefined, undefined],
  ])('is %s', async (_kind, before, after) => {
    const database = await createDatabase(engine);
    const policy = async (dataSource: DataSource): Promise<unknown> => {
      const text = `SELECT "value" FROM "latchkey_setting" WHERE "name" = 'policy'`;
      const [row] = await dataSource.query<{ value: string }[]>(text);
      return row && (JSON.parse(row.value) as unknown);
    };

    const old = await openMigrated(database, migrationsBefore('PasswordLength'));
    if (before) {
      const value = JSON.stringify(before);
      await old.query(`INSERT INTO "latchkey_setting" ("name", "value") VALUES ('policy', '${value}')`);
    }
    await old.destroy();
    const migrated = await openMigrated(database, migrationsUpTo('PasswordLength'));
    expect(await policy(migrated)).toEqual(after);
    await migrated.undoLastMigration({ transaction: 'each' });
    expect(await policy(migrated)).toEqual(after);
  });
});
