/** The migration that adds groups: going back leaves nothing of them, and a second start begins anew. */
import { expect, it } from '@jest/globals';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { openMigrated, revertFrom } from '../support/earlier-schema.js';

onBothEngines('the groups', (engine) => {
  it('are gone after a revert with their names and leftovers, and those of others stay', async () => {
    const dataSource = await openMigrated(await createDatabase(engine));
    const insertGroup = (name: string): Promise<unknown> =>
      dataSource.query(
        `INSERT INTO latchkey_group (name, description, created_at, updated_at) VALUES ('${name}', '', 0, 0)`,
      );
    const ids = async (table: string): Promise<number[]> =>
      (await dataSource.query<{ id: number }[]>(`SELECT id FROM ${table} ORDER BY id`)).map(({ id }) => id);
    for (const name of ['One', 'Two']) await insertGroup(name);
    expect(await ids('latchkey_group')).toEqual([1000, 1001]);
    await dataSource.query(
      `INSERT INTO latchkey_group_member (id, group_id, user_id, created_at) VALUES ('${'a'.repeat(32)}', 1001, 1000, 0)`,
    );
    await dataSource.query(
      `INSERT INTO latchkey_taken_name (scope, key, owner) VALUES ('group', 'one', '1000'), ('account', 'acme', 'x')`,
    );
    await dataSource.query(
      `INSERT INTO latchkey_removed_owner (kind, id) VALUES ('group', '1001'), ('user', '1001'), ('account', '1001')`,
    );

    await revertFrom(dataSource, 'Groups');
    for (const table of ['latchkey_group', 'latchkey_group_member']) {
      await expect(dataSource.query(`SELECT 1 FROM ${table}`)).rejects.toThrow(table);
    }
    expect(await dataSource.query('SELECT scope, owner FROM latchkey_taken_name')).toEqual([
      { scope: 'account', owner: 'x' },
    ]);
    expect(await dataSource.query('SELECT kind FROM latchkey_removed_owner ORDER BY kind')).toEqual([
      { kind: 'account' },
      { kind: 'user' },
    ]);

    await dataSource.runMigrations({ transaction: 'each' });
    expect((await dataSource.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
    expect([await ids('latchkey_group'), await ids('latchkey_group_member')]).toEqual([[], []]);
    await insertGroup('One');
    expect(await ids('latchkey_group')).toEqual([1000]);
  });
});
