/** The migration that gives each login a family. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { loadConfig } from '../../src/config/index.js';
import { dataSourceOptions } from '../../src/persistence/index.js';
import { ENTITIES, MIGRATIONS } from '../../src/schema.js';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';

const DIGEST = 'd'.repeat(64);

onBothEngines('logins that are older than families', (engine) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  const [personal, ...logins] = Array.from({ length: 3 }, () => randomUUID()).sort();

  const rows = (): Promise<Record<string, unknown>[]> =>
    dataSource.query('SELECT * FROM "latchkey_token" ORDER BY "id"');

  const insert = (id: string | undefined, kind: string, createdAt: number): Promise<unknown> =>
    dataSource.query(
      `INSERT INTO "latchkey_token" ("id", "kind", "handle", "handle_scope", "secret_digest", "user_id", "audience",
       "expires_at", "secret_version", "label", "enabled", "created_at", "updated_at")
       VALUES ('${String(id)}', '${kind}', '${String(id)}', '', '${DIGEST}', 1000, 'user',
       1900000000000, 1, '', TRUE, ${String(createdAt)}, ${String(createdAt)})`,
    );

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
    const after = MIGRATIONS.length - MIGRATIONS.findIndex(({ name }) => name.startsWith('LoginFamilies'));
    for (let done = 0; done < after; done += 1) await dataSource.undoLastMigration({ transaction: 'each' });
  };

  it('each begin a family at their own creation, and are as before when the migration is reverted', async () => {
    await revertUntilOlder();
    await insert(personal, 'personal_token', 1_800_000_000_000);
    for (const [at, id] of logins.entries()) await insert(id, 'session', 1_800_000_000_001 + at);
    const before = await rows();
    await dataSource.runMigrations({ transaction: 'each' });
    const families = (await rows()).map(({ family_id: family, family_began_at: began }) => [
      family,
      began === null ? null : Number(began),
    ]);
    expect(families).toEqual([
      [null, null],
      [logins[0], 1_800_000_000_001],
      [logins[1], 1_800_000_000_002],
    ]);
    expect((await dataSource.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
    await revertUntilOlder();
    expect(await rows()).toEqual(before);
  });
});
