/** The migration after which a property of tokens, not their kind, says which ones may have no secret. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { loadConfig } from '../../src/config/index.js';
import { dataSourceOptions } from '../../src/persistence/index.js';
import { ENTITIES, MIGRATIONS } from '../../src/schema.js';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';

const MOMENT = '1900000000000';
const ACCOUNT = 'a'.repeat(32);
const DIGEST = 'd'.repeat(64);

onBothEngines('tokens that are older than the rule about their secrets', (engine) => {
  let database: TestDatabase;
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
    database = await createDatabase(engine);
    const { address } = loadConfig({ DATABASE_URL: database.url }).database;
    const options = dataSourceOptions(address, 2, { entities: ENTITIES, migrations: MIGRATIONS });
    dataSource = await new DataSource({ ...options, migrationsRun: true }).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const revertUntilOlder = async (): Promise<void> => {
    const after = MIGRATIONS.length - MIGRATIONS.findIndex(({ name }) => name.startsWith('TokensWithoutSecret'));
    for (let done = 0; done < after; done += 1) await dataSource.undoLastMigration({ transaction: 'each' });
  };

  it('stay as they are when migrated and reverted, and the new rule applies to new ones', async () => {
    await revertUntilOlder();
    await insert(withoutDigest(code, ACCOUNT));
    await insert(`'${login}', 'session', '${login}', '', '${DIGEST}', NULL, 1000, NULL, 'user', ${MOMENT}`);
    const before = await rows();
    expect(before).toHaveLength(2);
    await dataSource.runMigrations({ transaction: 'each' });
    expect(await rows()).toMatchObject(before);
    await expect(insert(withoutDigest(randomUUID(), ''))).rejects.toThrow('latchkey_token_digest_present');
    expect((await dataSource.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
    await revertUntilOlder();
    expect(await rows()).toEqual(before);
    await insert(withoutDigest(randomUUID(), ''));
  });
});
