/** The migration that adds when a token was rotated. */
import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { Token } from '../../src/core/index.js';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { openMigrated, revertFrom } from '../support/earlier-schema.js';

const MOMENT = 1_900_000_000_000;

onBothEngines('the time of a rotation', (engine) => {
  it('comes from the audit log for overlaps that run, and is unknown where that has no row', async () => {
    const dataSource = await openMigrated(await createDatabase(engine));
    const [rotated, unaudited, single] = [randomUUID(), randomUUID(), randomUUID()];
    const insert = (id: string, previous: string): Promise<unknown> =>
      dataSource.query(
        `INSERT INTO "latchkey_token" ("id", "kind", "handle", "handle_scope", "secret_digest", "previous_secret_digest",
         "previous_secret_expires_at", "user_id", "secret_version", "label", "enabled", "created_at", "updated_at")
         VALUES ('${id}', 'personal_token', '${id}', '', '${'d'.repeat(64)}', ${previous}, ${String(MOMENT)}, 1000, 2, '',
         TRUE, ${String(MOMENT)}, ${String(MOMENT)})`,
      );
    const audit = (id: string, action: string, at: number): Promise<unknown> =>
      dataSource.query(
        `INSERT INTO "latchkey_audit" ("created_at", "action", "target_type", "target_id", "details")
         VALUES (${String(at)}, '${action}', 'token', '${id}', '{}')`,
      );
    await revertFrom(dataSource, 'TokenRotations');
    const previous = `'${'e'.repeat(64)}'`;
    await insert(rotated, previous);
    await insert(unaudited, previous);
    await insert(single, 'NULL');
    for (const id of [rotated, single]) {
      await audit(id, 'token.rotated', MOMENT - 2_000);
      await audit(id, 'token.rotated', MOMENT - 1_000);
      await audit(id, 'token.updated', MOMENT);
    }
    await dataSource.runMigrations({ transaction: 'each' });
    const found = async (id: string): Promise<Date | null> =>
      (await dataSource.manager.findOneByOrFail(Token, { id })).rotatedAt;
    const expected = [new Date(MOMENT - 1_000), null, null];
    expect([await found(rotated), await found(unaudited), await found(single)]).toEqual(expected);
    expect((await dataSource.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
    await revertFrom(dataSource, 'TokenRotations');
    await dataSource.runMigrations({ transaction: 'each' });
    expect(await found(rotated)).toEqual(expected[0]);
  });
});
