/** Where audit rows go; a host may send them elsewhere as well, or instead. */
import { Injectable } from '@nestjs/common';
import { AuditRecord } from './audit-record.entity.js';
import { insertRows } from '../database/row-mapper.js';
import type { Transaction } from '../database/transaction.js';

/** A row of the audit log before it has a number. */
export type AuditEntry = Omit<AuditRecord, 'id'>;

/** Also the injection token under which a host provides its own. */
export abstract class AuditSink {
  /**
   * Takes the rows of one unit of work, inside its transaction: what it throws undoes the change. Whoever keeps them
   * nowhere but elsewhere has no `audit-log` and no `log_information` to show. It must wait for nothing but
   * `transaction.manager`: on SQLite, all who write to the file wait meanwhile. What is to be sent over a network is
   * better taken from `EventBus.subscribe`, or read from the table.
   */
  abstract write(transaction: Transaction, entries: readonly AuditEntry[]): Promise<void>;
}

/** Into the table `latchkey_audit`, committed with the change. */
@Injectable()
export class DatabaseAuditSink extends AuditSink {
  async write({ manager }: Transaction, entries: readonly AuditEntry[]): Promise<void> {
    await insertRows(manager, AuditRecord, entries);
  }
}
