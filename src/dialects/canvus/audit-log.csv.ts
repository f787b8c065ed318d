/** The audit log as CSV (RFC 4180), for spreadsheets. */
import { stringify, type Options } from 'csv-stringify/sync';
import type { AuditRecord } from '../../core/index.js';
import { auditEventView, type AuditEventView } from './audit-log.views.js';

/** The members of an event, as a header row. */
const COLUMNS: (keyof AuditEventView)[] = [
  'action',
  'author_id',
  'author_name',
  'created_at',
  'details',
  'id',
  'ip_address',
  'target_id',
  'target_name',
  'target_type',
];

const FORM: Options = {
  columns: COLUMNS,
  record_delimiter: 'windows',
  // Names are chosen by people: one that begins like a formula gets an apostrophe, and a spreadsheet shows it as text.
  escape_formulas: true,
};

/** The header row with the first batch, then batch by batch. */
export async function* auditLogCsv(batches: AsyncGenerator<AuditRecord[]>): AsyncGenerator<string> {
  let header = true;
  for await (const batch of batches) {
    yield stringify(batch.map(auditEventView), { ...FORM, header });
    header = false;
  }
}
