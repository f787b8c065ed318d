/** Removes expired sessions. */
import { In, LessThanOrEqual } from 'typeorm';
import { storedTime, type Transaction } from '../core/index.js';
import { SessionToken } from './session-token.entity.js';

/**
 * Removes the sessions that expired first, at most `limit`. No change is recorded: they were already not accepted.
 * @returns the number of removed sessions
 */
export async function removeExpiredSessions({ manager }: Transaction, limit: number, now: Date): Promise<number> {
  const where = { expiresAt: LessThanOrEqual(storedTime(now)) };
  const rows = await manager.find(SessionToken, {
    select: { id: true },
    where,
    order: { expiresAt: 'ASC' },
    take: limit,
  });
  if (rows.length > 0) await manager.delete(SessionToken, { id: In(rows.map(({ id }) => id)), ...where });
  return rows.length;
}
