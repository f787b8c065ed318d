/** The destination of audit rows, which a host can replace or extend. */
import { Injectable } from '@nestjs/common';
import { AuditRecord } from './audit-record.entity.js';
import { insertRows } from '../database/row-mapper.js';
import type { Transaction } from '../database/transaction.js';

/** A row of the audit log before it has an id. */
export type AuditEntry = Omit<AuditRecord, 'id'>;

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
    await insertRows(manager, AuditRecord, entries);
  }
}
