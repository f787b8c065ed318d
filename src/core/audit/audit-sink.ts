/** The destination of audit rows, which a host can replace or extend. */
import { Injectable } from '@nestjs/common';
import type { EntityManager, UpdateResult } from 'typeorm';
import { AuditRecord } from './audit-record.entity.js';
import { insertRows } from '../database/row-mapper.js';
import type { Transaction } from '../database/transaction.js';

/**
 * A row of the audit log before it has an id. Entries with the same `aggregateKey` are meant to become one row; a sink
 * may also store each of them.
 */
export type AuditEntry = Omit<AuditRecord, 'id' | 'occurrences' | 'lastAt'>;

/** Stores audit rows. The class is also the injection token under which a host provides its own sink. */
export abstract class AuditSink {
  /**
   * Stores the rows of one unit of work inside its transaction; an error rolls back the change. If rows are stored only
   * elsewhere, what dialects show of them stays empty. Wait for nothing but `transaction.manager`: on SQLite, all
   * other writers wait until this returns. To send rows over a network, use `EventBus.subscribe` or read the table.
   */
  abstract write(transaction: Transaction, entries: readonly AuditEntry[]): Promise<void>;
}

/** Stores rows in the table `latchkey_audit`, committed together with the change. */
@Injectable()
export class DatabaseAuditSink extends AuditSink {
  async write({ manager }: Transaction, entries: readonly AuditEntry[]): Promise<void> {
    await insertRows(
      manager,
      AuditRecord,
      entries.filter(({ aggregateKey }) => !aggregateKey),
    );
    for (const entry of entries) if (entry.aggregateKey) await count(manager, entry);
  }
}

/** Adds an event to the row of its key. Two instances may do so at the same time, also for the first. */
async function count(manager: EntityManager, entry: AuditEntry): Promise<void> {
  const added = (): Promise<UpdateResult> =>
    manager
      .createQueryBuilder()
      .update(AuditRecord)
      .set({ occurrences: () => '"occurrences" + 1', lastAt: entry.createdAt })
      .where({ aggregateKey: entry.aggregateKey })
      .updateEntity(false)
      .execute();
  if ((await added()).affected) return;
  const row = { ...entry, occurrences: 0, lastAt: null };
  await manager
    .createQueryBuilder()
    .insert()
    .into(AuditRecord)
    .values(row as never)
    .orIgnore()
    .updateEntity(false)
    .execute();
  await added();
}
