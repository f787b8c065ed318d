/** Reads the CSV in which the audit log is exported, back into rows. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { ExportedAuditRow } from '../../dialect-kit/index.js';
import { changeTypeOf } from './audit-log.mapping.js';

/** How every export begins, with or without a byte order mark. */
const BEGINNING = /^\uFEFF?action,author_id,/;

/** Bytes that are enough to tell an export. */
const BEGINNING_BYTES = 64;

/** The rows, oldest first; `undefined` for a file that is no export. */
export function readAuditExport(file: string): readonly ExportedAuditRow[] | undefined {
  if (!BEGINNING.test(beginningOf(file))) return undefined;
  const text = readFileSync(file, 'utf8');
  const [names = [], ...rows] = recordsOf(text.replace(/^\uFEFF/, ''));
  const column = (cells: readonly string[], name: string): string => cells[names.indexOf(name)] ?? '';
  const read = rows.map((cells) => ({
    id: Number(column(cells, 'id')),
    type: changeTypeOf(column(cells, 'action'), column(cells, 'target_type')),
    targetId: column(cells, 'target_id') || null,
    targetName: column(cells, 'target_name') || null,
    details: JSON.parse(column(cells, 'details') || '{}') as Record<string, unknown>,
    at: new Date(column(cells, 'created_at')),
  }));
  return read.sort((one, other) => one.id - other.id);
}

function beginningOf(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(BEGINNING_BYTES);
    return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, BEGINNING_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** The records of a CSV text (RFC 4180). */
function recordsOf(text: string): string[][] {
  const records: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    records.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end !== ',') records.push([]);
  }
  return records.filter((cells) => cells.length > 1);
}
