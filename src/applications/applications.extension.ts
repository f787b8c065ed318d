/** Removes what deleted accounts have left of this room: a bounded number of rows in each transaction. */
import type { EntityManager } from 'typeorm';
import type { AccountExtension } from '../identity/index.js';
import { Organization } from './organization.entity.js';
import { dataSourceOf } from '../core/index.js';

/** The tables with many rows for an account, and the columns that identify a row. */
const TABLES: readonly (readonly [table: string, columns: string])[] = [
  ['latchkey_application_address', '"application_id", "position"'],
  ['latchkey_application_policy', '"application_id", "policy_id"'],
  ['latchkey_policy_token', '"policy_id", "token_id"'],
  ['latchkey_application', '"id"'],
  ['latchkey_policy', '"id"'],
  ['latchkey_zone', '"id"'],
];

export const APPLICATIONS_EXTENSION: AccountExtension = {
  settings: [],
  deleteRows: async ({ manager }, accountId) => {
    await manager.delete(Organization, { accountId });
  },
  removeSome: async (manager, accountId, limit) => {
    let removed = 0;
    for (const [table, columns] of TABLES) {
      if (removed < limit) removed += await removeRows(manager, table, columns, accountId, limit - removed);
    }
    return removed;
  },
};

async function removeRows(
  manager: EntityManager,
  table: string,
  columns: string,
  accountId: string,
  limit: number,
): Promise<number> {
  const account = dataSourceOf(manager).driver.createParameter('', 0);
  const of = `"${table}" WHERE "account_id" = ${account}`;
  const rows = await manager.query<unknown[]>(`SELECT ${columns} FROM ${of} LIMIT ${String(limit)}`, [accountId]);
  if (rows.length === 0) return 0;
  const some = `(${columns}) IN (SELECT ${columns} FROM ${of} LIMIT ${String(limit)})`;
  await manager.query(`DELETE FROM "${table}" WHERE ${some}`, [accountId]);
  return rows.length;
}
