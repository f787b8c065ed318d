/** Removes failure counters that no longer count anything. */
import { In, LessThanOrEqual } from 'typeorm';
import type { Transaction } from '../database/transaction.js';
import { FailureCount } from './failure-count.entity.js';

/**
 * Removes counters that are empty, at most `limit`.
 * @returns the number of removed rows
 */
export async function removeEmptyCounters({ manager, now }: Transaction, limit: number): Promise<number> {
  const emptyAt = LessThanOrEqual(now.getTime());
  const rows = await manager.find(FailureCount, { where: { emptyAt }, order: { emptyAt: 'ASC' }, take: limit });
  if (rows.length > 0) await manager.delete(FailureCount, { key: In(rows.map(({ key }) => key)), emptyAt });
  return rows.length;
}
