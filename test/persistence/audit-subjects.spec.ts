/** The migration that adds to each row of the audit log the user whom it concerns. */
import { expect, it } from '@jest/globals';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { migrationsBefore, migrationsUpTo, openMigrated } from '../support/earlier-schema.js';

/** Type, id and details of each target, and the user that it concerns. */
const ROWS: readonly [string, string | null, string, number | null][] = [
  ['user', '1001', '{}', 1001],
  ['user', null, '{"method":"token"}', null],
  ['user', 'robot', '{}', null],
  ['user', '99999999999', '{}', null],
  ['token', 'a', '{"kind":"personal_token","user_id":1002}', 1002],
  ['token', 'b', '{"kind":"service_token","user_id":null}', null],
  ['token', 'c', '{"fields":["\\"user_id\\":7,"]}', null],
  ['membership', 'd', '{"user_id":1003,"role":"read_only"}', 1003],
  ['account', 'e', '{"user_id":1004}', null],
];

onBothEngines('the user whom a row of the audit log concerns', (engine) => {
  it('is filled in for existing rows, and leaves when the migration is reverted', async () => {
    const database = await createDatabase(engine);
    const old = await openMigrated(database, migrationsBefore('AuditSubjects'));
    for (const [type, id, details] of ROWS) {
      await old.query(
        `INSERT INTO "latchkey_audit" ("created_at", "action", "target_type", "target_id", "details")
         VALUES (1000, 'some.change', '${type}', ${id === null ? 'NULL' : `'${id}'`}, '${details}')`,
      );
    }
    const before = await old.query<unknown[]>('SELECT * FROM "latchkey_audit" ORDER BY "id"');
    await old.destroy();
    const migrated = await openMigrated(database, migrationsUpTo('AuditSubjects'));
    const rows = await migrated.query<{ user_id: number | null; user_agent: string | null }[]>(
      'SELECT "user_id", "user_agent" FROM "latchkey_audit" ORDER BY "id"',
    );
    expect(rows).toEqual(ROWS.map(([, , , user]) => ({ user_id: user, user_agent: null })));
    await migrated.undoLastMigration({ transaction: 'each' });
    expect(await migrated.query('SELECT * FROM "latchkey_audit" ORDER BY "id"')).toEqual(before);
  });
});
