/** Rows of the audit log as many simultaneous writers would have left them. */
import { AuditRecord } from '../../src/core/index.js';
import type { TestServer } from './test-server.js';

/** Maximum number of parameters in a statement: SQLite allows 32,766. */
const CHUNK = 1000;

export type AuditValues = Partial<Omit<AuditRecord, 'id'>>;

/** A row that fits the schema. */
const PLAIN = {
  createdAt: new Date('2026-01-01T00:00:00Z'),
  action: 'token.issued',
  authorId: null,
  authorName: null,
  authorTokenId: null,
  ipAddress: '192.0.2.1',
  targetType: 'token',
  targetId: null,
  targetName: null,
  accountId: null,
};

/** Adds rows in this order, so that their ids go up. */
export async function addAuditRows({ dataSource }: TestServer, rows: readonly AuditValues[]): Promise<void> {
  for (let from = 0; from < rows.length; from += CHUNK) {
    const values = rows.slice(from, from + CHUNK).map((row) => ({ ...PLAIN, details: {}, ...row }));
    await dataSource
      .createQueryBuilder()
      .insert()
      .into(AuditRecord)
      .values(values as never)
      .updateEntity(false)
      .execute();
  }
}

/** Columns as SQL expressions in `n`, which counts from 0. */
const PLAIN_COLUMNS: Record<string, string> = {
  created_at: String(PLAIN.createdAt.getTime()),
  action: `'token.issued'`,
  author_id: 'NULL',
  author_name: 'NULL',
  ip_address: `'192.0.2.1'`,
  target_type: `'token'`,
  target_id: 'NULL',
  target_name: 'NULL',
  details: `'{}'`,
};

/** Adds any number of rows with one statement. */
export async function fillAuditLog(
  { dataSource }: TestServer,
  count: number,
  columns: Record<string, string> = {},
): Promise<void> {
  const all = { ...PLAIN_COLUMNS, ...columns };
  await dataSource.query(
    `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${String(count)})
     INSERT INTO latchkey_audit (${Object.keys(all).join(', ')})
     SELECT ${Object.values(all).join(', ')} FROM numbers ORDER BY n`,
  );
}
