/** The migration that adds creators: existing tokens get theirs from the audit log. */
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { migrationsBefore, openMigrated } from '../support/earlier-schema.js';

/** More tokens than one statement of the migration updates. */
const TOKENS = 2500;

const MOMENT = 1_900_000_000_000;

onBothEngines('creators of tokens that are older than their column', (engine) => {
  let dataSource: DataSource;
  const ids = Array.from({ length: TOKENS }, () => randomUUID());

  const insert = async (table: string, columns: string, rows: readonly string[]): Promise<void> => {
    for (let at = 0; at < rows.length; at += 500) {
      await dataSource.query(`INSERT INTO ${table} (${columns}) VALUES ${rows.slice(at, at + 500).join(', ')}`);
    }
  };

  /** Who created the token at this place, as the database holds it. */
  const creator = async (at: number): Promise<unknown> => {
    const text = `SELECT created_by FROM latchkey_token WHERE id = '${String(ids[at])}'`;
    const [row] = await dataSource.query<{ created_by: unknown }[]>(text);
    return row?.created_by;
  };

  beforeAll(async () => {
    const database = await createDatabase(engine);
    dataSource = await openMigrated(database, migrationsBefore('TokenCreators'));
    const token = (id: string): string =>
      `('${id}', 'session', '${id}', '', '${'d'.repeat(64)}', 1, '', TRUE, 1000, 'user', ${String(MOMENT)}, ${String(MOMENT)}, ${String(MOMENT)})`;
    await insert(
      'latchkey_token',
      'id, kind, handle, handle_scope, secret_digest, secret_version, label, enabled, user_id, audience, expires_at, created_at, updated_at',
      ids.map(token),
    );
    const issued = (id: string, at: number): string =>
      `(${String(MOMENT)}, 'token.issued', ${at === 1 ? 'NULL' : String(1000 + (at % 7))}, 'token', '${id}', '{}')`;
    const rows = [
      // The first is no longer in the log, the second was created by the server itself.
      ...ids.map(issued).slice(1),
      `(${String(MOMENT)}, 'token.updated', 4711, 'token', '${String(ids[2])}', '{}')`,
      `(${String(MOMENT)}, 'token.issued', 4711, 'token', '${randomUUID()}', '{}')`,
    ];
    await insert('latchkey_audit', 'created_at, action, author_id, target_type, target_id, details', rows);
    await dataSource.destroy();
    dataSource = await openMigrated(database);
  });

  it('are the actors that the audit log names for the issue, stored as text', async () => {
    for (const at of [2, 3, 1999, 2000, 2001, TOKENS - 1])
      expect([at, await creator(at)]).toEqual([at, String(1000 + (at % 7))]);
    const [row] = await dataSource.query<{ known: unknown }[]>(
      'SELECT count(*) AS known FROM latchkey_token WHERE created_by IS NOT NULL',
    );
    expect(Number(row?.known)).toBe(TOKENS - 2);
  });

  it('are unknown where the audit log has no row or no author', async () => {
    expect([await creator(0), await creator(1)]).toEqual([null, null]);
  });

  it('are looked up by an index', async () => {
    const explain = engine === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    const plan = await dataSource.query<object[]>(
      `${explain} SELECT id FROM latchkey_token WHERE created_by = '1003' AND kind = 'service_token' ORDER BY created_at`,
    );
    expect(JSON.stringify(plan)).toContain('latchkey_token_creator');
  });
});
