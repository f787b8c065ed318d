/** Renders the audit log as CSV. */
import type { AuditRecord } from '../../core/index.js';
import { csvText } from '../../http/index.js';
import { auditEventView, type AuditEventView } from './audit-log.views.js';

/** The header row: the members of an event. */
const COLUMNS: readonly (keyof AuditEventView)[] = [
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

export function auditLogCsv(batches: AsyncGenerator<AuditRecord[]>): AsyncGenerator<string, void> {
  return csvText(COLUMNS, batches, auditEventView);
}
