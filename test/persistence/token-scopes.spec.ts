/** The migration that gives tokens scopes, and what happens to limited tokens when it is reverted. */
import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { Token } from '../../src/core/index.js';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { openMigrated, revertFrom } from '../support/earlier-schema.js';

const MOMENT = '1900000000000';

onBothEngines('the scopes of tokens', (engine) => {
  it('are absent from earlier tokens; limited ones are disabled where nothing would limit them', async () => {
    const dataSource = await openMigrated(await createDatabase(engine));
    const insert = (id: string): Promise<unknown> =>
      dataSource.query(
        `INSERT INTO "latchkey_token" ("id", "kind", "handle", "handle_scope", "secret_digest", "user_id", "secret_version",
         "label", "enabled", "created_at", "updated_at")
         VALUES ('${id}', 'personal_token', '${id}', '', '${'d'.repeat(64)}', 1000, 1, '', TRUE, ${MOMENT}, ${MOMENT})`,
      );
    const [free, limited] = [randomUUID(), randomUUID()];
    await revertFrom(dataSource, 'TokenScopes');
    for (const id of [free, limited]) await insert(id);
    await dataSource.runMigrations({ transaction: 'each' });
    const found = async (id: string): Promise<[unknown, boolean]> => {
      const { scopes, enabled } = await dataSource.manager.findOneByOrFail(Token, { id });
      return [scopes, enabled];
    };
    expect([await found(free), await found(limited)]).toEqual([
      [null, true],
      [null, true],
    ]);
    await dataSource.manager.update(Token, { id: limited }, { scopes: ['a', 'b'] });
    expect(await found(limited)).toEqual([['a', 'b'], true]);
    expect((await dataSource.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
    await revertFrom(dataSource, 'TokenScopes');
    await dataSource.runMigrations({ transaction: 'each' });
    expect([await found(free), await found(limited)]).toEqual([
      [null, true],
      [null, false],
    ]);
  });
});
