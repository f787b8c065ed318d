/** Renders the audit log as CSV (RFC 4180), for spreadsheets. */
import { stringify, type Options } from 'csv-stringify/sync';
import type { AuditRecord } from '../../core/index.js';
import { auditEventView, type AuditEventView } from './audit-log.views.js';

/** The header row: the members of an event. */
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
  // A name may begin like a formula. The apostrophe makes spreadsheets show it as text.
  escape_formulas: true,
};

/** Yields the header row with the first batch, then the other batches. */
export async function* auditLogCsv(batches: AsyncGenerator<AuditRecord[]>): AsyncGenerator<string, void> {
  let header = true;
  for await (const batch of batches) {
    yield stringify(batch.map(auditEventView), { ...FORM, header });
    header = false;
  }
  if (header) yield stringify([], { ...FORM, header });
}
