/** The migration that gives each login a family. */
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { openMigrated, revertFrom } from '../support/earlier-schema.js';

const DIGEST = 'd'.repeat(64);

onBothEngines('logins that are older than families', (engine) => {
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
    dataSource = await openMigrated(await createDatabase(engine));
  });

  it('each begin a family at their own creation, and are as before when the migration is reverted', async () => {
    await revertFrom(dataSource, 'LoginFamilies');
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
    await revertFrom(dataSource, 'LoginFamilies');
    expect(await rows()).toEqual(before);
  });
});
