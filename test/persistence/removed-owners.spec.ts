/** The migration that notes deleted owners: going back removes what is left of them, which would be accepted again. */
import { expect, it } from '@jest/globals';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { migrationsUpTo, openMigrated } from '../support/earlier-schema.js';

const [GONE, KEPT] = ['a'.repeat(32), 'b'.repeat(32)];

onBothEngines('the rows of owners that are deleted', (engine) => {
  it('are gone after a revert, and those of others stay', async () => {
    const dataSource = await openMigrated(await createDatabase(engine), migrationsUpTo('RemovedOwners'));
    const owners = [GONE, KEPT].map((id) => `'${id}', NULL`).concat(['NULL, 1007', 'NULL, 1008']);
    for (const [at, owner] of owners.entries()) {
      await dataSource.query(
        `INSERT INTO latchkey_token (id, kind, handle, handle_scope, secret_digest, secret_version, label, enabled,
           created_at, updated_at, account_id, user_id)
         VALUES ('${String(at)}', 'personal_token', '${String(at)}', '', '${'d'.repeat(64)}', 1, '', TRUE, 0, 0, ${owner})`,
      );
    }
    await dataSource.query(
      `INSERT INTO latchkey_removed_owner (kind, id) VALUES ('account', '${GONE}'), ('user', '1007'), ('user', '10')`,
    );
    await dataSource.undoLastMigration();
    const left = await dataSource.query<{ id: string }[]>('SELECT id FROM latchkey_token ORDER BY id');
    expect(left.map(({ id }) => id)).toEqual(['1', '3']);
  });
});
