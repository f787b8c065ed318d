/** The migration that moves what accounts store about access tokens into a table of the dialect, and back. */
import { beforeAll, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDatabase, onBothEngines } from '../../support/engines.js';
import { migrationsBefore, migrationsUpTo, openMigrated } from '../../support/earlier-schema.js';

const NAME = 'CrmAccounts';

/** Id, setting and number of accounts; the last one has nothing to move. */
const ACCOUNTS = [
  ['a'.repeat(32), true, 7],
  ['b'.repeat(32), false, 0],
  ['c'.repeat(32), null, 3],
  ['d'.repeat(32), null, 0],
] as const;

onBothEngines('what accounts store about access tokens', (engine) => {
  let dataSource: DataSource;

  const rows = async (table: string, id: string): Promise<unknown[]> => {
    const columns = `"${id}" AS "id", "allow_no_identifier" AS "allow", "last_token_number" AS "number"`;
    const found = await dataSource.query<{ id: string; allow: unknown; number: number }[]>(
      `SELECT ${columns} FROM "${table}" ORDER BY 1`,
    );
    return found.map((row) => [row.id, row.allow === null ? null : Boolean(row.allow), row.number]);
  };

  beforeAll(async () => {
    const database = await createDatabase(engine);
    dataSource = await openMigrated(database, migrationsBefore(NAME));
    const values = ACCOUNTS.map(
      ([id, allow, number]) => `('${id}', '${id}', 1, 1, ${String(allow)}, ${String(number)})`,
    );
    await dataSource.query(
      `INSERT INTO "latchkey_account" ("id", "name", "created_at", "updated_at", "allow_no_identifier", "last_token_number")
       VALUES ${values.join(', ')}`,
    );
    await dataSource.destroy();
    dataSource = await openMigrated(database, migrationsUpTo(NAME));
  });

  it('is moved, and nothing else of the accounts changes', async () => {
    expect(await rows('latchkey_crm_account', 'account_id')).toEqual(ACCOUNTS.slice(0, 3));
    const accounts = await dataSource.query<Record<string, unknown>[]>(
      'SELECT * FROM "latchkey_account" ORDER BY "id"',
    );
    const kept = ACCOUNTS.map(([id]) => ({ id, name: id }));
    expect(accounts).toMatchObject(kept);
    expect(Object.keys(accounts[0] ?? {}).sort()).toEqual(['created_at', 'id', 'name', 'updated_at']);
  });

  it('is moved back when the migration is reverted', async () => {
    await dataSource.undoLastMigration({ transaction: 'each' });
    expect(await rows('latchkey_account', 'id')).toEqual(ACCOUNTS);
    await expect(dataSource.query('SELECT * FROM "latchkey_crm_account"')).rejects.toThrow();
    await dataSource.runMigrations({ transaction: 'each' });
    expect(await rows('latchkey_crm_account', 'account_id')).toEqual(ACCOUNTS.slice(0, 3));
  });
});
