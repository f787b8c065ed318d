/** The migration that adds for whose holder a login was opened. */
import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { SessionToken } from '../../src/identity/index.js';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { openMigrated, revertFrom } from '../support/earlier-schema.js';

const MOMENT = 1_900_000_000_000;

onBothEngines('the subject of a login', (engine) => {
  it('is nobody for logins that exist; logins with one are not left to a version that does not know it', async () => {
    const dataSource = await openMigrated(await createDatabase(engine));
    const [before, own, consumers] = [randomUUID(), randomUUID(), randomUUID()];
    const insert = (id: string, more: Readonly<Record<string, string>> = {}): Promise<unknown> => {
      const names = Object.keys(more).map((name) => `, "${name}"`);
      const values = Object.values(more).map((value) => `, '${value}'`);
      return dataSource.query(
        `INSERT INTO "latchkey_token" ("id", "kind", "handle", "handle_scope", "secret_digest", "user_id", "secret_version",
         "label", "enabled", "created_at", "updated_at", "expires_at", "audience"${names.join('')})
         VALUES ('${id}', 'session', '${id}', '', '${id.replaceAll('-', '').repeat(2)}', 1000, 1, '', TRUE,
         ${String(MOMENT)}, ${String(MOMENT)}, ${String(MOMENT)}, 'user'${values.join('')})`,
      );
    };
    const found = async (): Promise<(string | null)[][]> => {
      const rows = await dataSource.getRepository(SessionToken).find();
      return rows.map(({ id, subjectId }) => [id, subjectId]).sort();
    };
    await revertFrom(dataSource, 'LoginSubjects');
    await insert(before);
    await dataSource.runMigrations({ transaction: 'each' });
    expect(await found()).toEqual([[before, null]]);
    expect((await dataSource.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
    await insert(own);
    await insert(consumers, { subject_id: randomUUID() });
    await revertFrom(dataSource, 'LoginSubjects');
    await dataSource.runMigrations({ transaction: 'each' });
    expect(await found()).toEqual([before, own].sort().map((id) => [id, null]));
  });
});
