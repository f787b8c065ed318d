import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { loadConfig } from '../../src/config/index.js';
import { dataSourceOptions, openDatabase } from '../../src/persistence/index.js';
import { SCHEMA } from '../../src/schema.js';
import { closeLater } from '../support/closing.js';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';

onBothEngines('the schema', (engine) => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createDatabase(engine);
    const { address, poolSize } = loadConfig({ DATABASE_URL: database.url }).database;
    dataSource = await openDatabase(dataSourceOptions(address, poolSize, SCHEMA));
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const drift = async (): Promise<string[]> =>
    (await dataSource.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query);

  const ourTables = async (): Promise<string[]> => {
    const rows = await dataSource.query<{ name: string }[]>(
      engine === 'sqlite'
        ? `SELECT "name" FROM "sqlite_master" WHERE "type" = 'table' AND "name" LIKE 'latchkey\\_%' ESCAPE '\\'`
        : `SELECT "tablename" AS "name" FROM "pg_tables" WHERE "tablename" LIKE 'latchkey\\_%'`,
    );
    return rows.map(({ name }) => name).sort();
  };

  it('created by the migrations matches the entities', async () => {
    expect(await drift()).toEqual([]);
  });

  it('is compared down to columns and indexes, so that any difference is found', async () => {
    const queryRunner = dataSource.createQueryRunner();
    await queryRunner.query('DROP INDEX "latchkey_token_digest"');
    expect((await drift()).join('\n')).toContain('latchkey_token_digest');
    await queryRunner.query('CREATE INDEX "latchkey_token_digest" ON "latchkey_token" ("secret_digest")');
    await queryRunner.query('ALTER TABLE "latchkey_setting" ADD COLUMN "extra" text');
    expect(await drift()).not.toEqual([]);
    await queryRunner.query('ALTER TABLE "latchkey_setting" DROP COLUMN "extra"');
    await queryRunner.release();
    expect(await drift()).toEqual([]);
  });

  it('can be reverted completely and migrated again with the same result', async () => {
    const before = await ourTables();
    expect(before).toHaveLength(30);
    for (const _ of dataSource.migrations) await dataSource.undoLastMigration({ transaction: 'each' });
    expect(await ourTables()).toEqual(['latchkey_migration']);
    await dataSource.runMigrations({ transaction: 'each' });
    expect(await ourTables()).toEqual(before);
    expect(await drift()).toEqual([]);
    expect(await dataSource.showMigrations()).toBe(false);
  });

  it('does not change when the server starts again', async () => {
    const { address, poolSize } = loadConfig({ DATABASE_URL: database.url }).database;
    const again = await openDatabase(dataSourceOptions(address, poolSize, SCHEMA));
    closeLater(() => again.destroy());
    const done = await again.query<unknown[]>('SELECT "name" FROM "latchkey_migration"');
    expect(done).toHaveLength(dataSource.migrations.length);
  });
});

describe('a migration that fails', () => {
  it('closes the connection, so that the failed start leaves nothing open', async () => {
    const database = await createDatabase('postgres');
    const { address } = loadConfig({ DATABASE_URL: database.url }).database;
    const options = dataSourceOptions(address, 4, SCHEMA);
    const squatter = await new DataSource({ ...options, migrations: [] }).initialize();
    closeLater(() => squatter.destroy());
    await squatter.query('CREATE TABLE "latchkey_audit" ("id" integer)');
    // TypeORM also prints it to the console.
    const quiet = jest.spyOn(console, 'log').mockReturnValue();
    await expect(openDatabase(options)).rejects.toThrow(/latchkey_audit/);
    quiet.mockRestore();
    // PostgreSQL needs a moment to see that a client has gone.
    const deadline = Date.now() + 10_000;
    const others = (): Promise<unknown[]> =>
      squatter.query<unknown[]>(
        'SELECT "pid" FROM "pg_stat_activity" WHERE "datname" = current_database() AND "pid" <> pg_backend_pid()',
      );
    while ((await others()).length > 0 && Date.now() < deadline) await delay(50);
    expect(await others()).toEqual([]);
    const tables = await squatter.query<unknown[]>(
      `SELECT * FROM "pg_tables" WHERE "tablename" IN ('latchkey_token', 'latchkey_user')`,
    );
    expect(tables).toEqual([]);
  });
});
