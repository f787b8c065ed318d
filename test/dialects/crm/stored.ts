/** What the database holds. */
import { expect } from '@jest/globals';
import type { FindOptionsWhere } from 'typeorm';
import { AuditRecord } from '../../../src/core/index.js';
import type { TestServer } from '../../support/test-server.js';

/** The audit rows written so far, oldest first. */
export function auditRows(server: TestServer, where: FindOptionsWhere<AuditRecord> = {}): Promise<AuditRecord[]> {
  return server.dataSource.getRepository(AuditRecord).find({ where, order: { id: 'ASC' } });
}

/** Everything that a request could have changed, but for failed logins and when tokens were last seen. */
export async function stored(server: TestServer): Promise<Record<string, unknown[]>> {
  const tables: Record<string, unknown[]> = {};
  for (const table of ['user', 'token', 'membership', 'account', 'audit']) {
    const rows = await server.dataSource.query<Record<string, unknown>[]>(
      `SELECT * FROM latchkey_${table} ORDER BY id`,
    );
    tables[table] = rows
      .filter(({ action }) => action !== 'user.login_failed')
      .map(({ last_seen_at: _lastSeen, ...row }) => row);
  }
  return tables;
}

/** Runs it and asserts that nothing is there then that was not before. */
export async function unchanged<T>(server: TestServer, work: () => Promise<T>): Promise<T> {
  const before = await stored(server);
  const result = await work();
  expect(await stored(server)).toEqual(before);
  return result;
}
