/** The migration after which a property of tokens, not their kind, says which ones may have no secret. */
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { openMigrated, revertFrom } from '../support/earlier-schema.js';

const MOMENT = '1900000000000';
const ACCOUNT = 'a'.repeat(32);
const DIGEST = 'd'.repeat(64);

onBothEngines('tokens that are older than the rule about their secrets', (engine) => {
  let dataSource: DataSource;
  const [code, login] = [randomUUID(), randomUUID()];

  const rows = (): Promise<{ id: string }[]> => dataSource.query('SELECT * FROM "latchkey_token" ORDER BY "id"');

  const insert = (values: string): Promise<unknown> =>
    dataSource.query(
      `INSERT INTO "latchkey_token" ("id", "kind", "handle", "handle_scope", "secret_digest", "account_id", "user_id",
       "number", "audience", "expires_at", "secret_version", "label", "enabled", "created_at", "updated_at")
       VALUES (${values}, 1, '', TRUE, ${MOMENT}, ${MOMENT})`,
    );
  const withoutDigest = (id: string, scope: string): string =>
    `'${id}', 'access_token', '${id}', '${scope}', NULL, '${ACCOUNT}', NULL, ${scope === '' ? '2' : '1'}, NULL, NULL`;

  beforeAll(async () => {
    dataSource = await openMigrated(await createDatabase(engine));
  });

  it('stay as they are when migrated and reverted, and the new rule applies to new ones', async () => {
    await revertFrom(dataSource, 'TokensWithoutSecret');
    await insert(withoutDigest(code, ACCOUNT));
    await insert(`'${login}', 'session', '${login}', '', '${DIGEST}', NULL, 1000, NULL, 'user', ${MOMENT}`);
    const before = await rows();
    expect(before).toHaveLength(2);
    await dataSource.runMigrations({ transaction: 'each' });
    expect(await rows()).toMatchObject(before);
    await expect(insert(withoutDigest(randomUUID(), ''))).rejects.toThrow('latchkey_token_digest_present');
    expect((await dataSource.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
    await revertFrom(dataSource, 'TokensWithoutSecret');
    expect(await rows()).toEqual(before);
    await insert(withoutDigest(randomUUID(), ''));
  });
});
