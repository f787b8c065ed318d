/** Reads the audit log as clients do. */
import { expect } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import type { Reply } from '../../support/http.js';
import { ok, type Canvus } from './support.js';

export interface AuditEvent {
  action: string;
  author_id: number | null;
  author_name: string | null;
  created_at: string;
  details: string;
  id: number;
  ip_address: string;
  target_id: string | null;
  target_name: string | null;
  target_type: string;
}

export const AUDIT_LOG = '/audit-log';

/** The keys of an event, in their order. */
export const EVENT_KEYS = [
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

/** The reference of the Link header, or `undefined` on the last page. */
export function next({ headers }: Reply): string | undefined {
  if (headers.link === undefined) return undefined;
  const [, reference] = /^<([^<>]*)>; rel="next"$/.exec(String(headers.link)) ?? [];
  expect([headers.link, reference]).toEqual([headers.link, expect.any(String)]);
  return reference;
}

/** Resolves a reference against an address, as web clients do. */
export function followed(address: string, reference: string): string {
  const { pathname, search } = new URL(reference, new URL(`/api/v1${address}`, 'http://localhost'));
  expect(pathname).toMatch(/^\/api\/v1/);
  return pathname.slice('/api/v1'.length) + search;
}

/** Reads a list from an address on, page by page by the Link headers. */
export async function* pagesFrom({ admin }: Pick<Canvus, 'admin'>, first: string): AsyncGenerator<AuditEvent[]> {
  let address: string | undefined = first;
  while (address !== undefined) {
    const reply: Reply = await admin.get(address);
    yield ok<AuditEvent[]>(reply);
    const reference = next(reply);
    address = reference === undefined ? undefined : followed(address, reference);
  }
}

/** All matching events, and the number of pages. */
export async function allEvents(
  canvus: Pick<Canvus, 'admin'>,
  query: Record<string, string> = {},
): Promise<{ events: AuditEvent[]; pages: number }> {
  const events: AuditEvent[] = [];
  let pages = 0;
  for await (const page of pagesFrom(canvus, `${AUDIT_LOG}?${new URLSearchParams(query).toString()}`)) {
    events.push(...page);
    pages += 1;
    expect(pages).toBeLessThan(1000);
  }
  return { events, pages };
}

export const EXPORT = '/audit-log/export-csv';

/** The rows under the header, read strictly by the rules of RFC 4180. */
export function rowsOf(text: string): Record<string, string>[] {
  const [header = [], ...rows] = parse(text, { record_delimiter: '\r\n' });
  expect(header).toEqual(EVENT_KEYS);
  return rows.map((row) => Object.fromEntries(row.map((value, index) => [header[index] ?? '', value])));
}
