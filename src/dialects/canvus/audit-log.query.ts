/** Reads the query of the audit log, and handles the cursor of its pages (docs/contracts/canvus.md §7). */
import type { Request } from 'express';
import { INTEGER_MAX, isStorableText, type AuditFilter, type IdRange } from '../../core/index.js';
import { InputError, parseRfc3339, queryNumber, queryText } from '../../http/index.js';
import { targetTypeOf } from './audit-log.mapping.js';

/** Parameters that the address of the next page keeps; all others are dropped, because they may contain anything. */
const KEPT = ['author_id', 'created_after', 'created_before', 'per_page', 'target_id', 'target_type'];

const PER_PAGE = 100;
const PER_PAGE_MAX = 1000;

/** Maximum number of characters of an id or type in a row. */
const TEXT_MAX = 255;

/** As this API writes the times of access tokens: UTC. */
const ZONELESS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/i;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** @throws InputError */
export function readFilter(request: Request): AuditFilter {
  const targetType = plainText(request, 'target_type');
  return {
    createdFrom: readTime(request, 'created_after'),
    createdBefore: readTime(request, 'created_before'),
    targetType: targetType === undefined ? undefined : targetTypeOf(targetType),
    targetId: plainText(request, 'target_id'),
    authorId: queryNumber(request, 'author_id', 0, INTEGER_MAX),
  };
}

/** @throws InputError */
export function readPerPage(request: Request): number {
  return queryNumber(request, 'per_page', 1, PER_PAGE_MAX) ?? PER_PAGE;
}

/**
 * Where the page begins; `undefined` for the first page.
 * @throws InputError for a cursor that does not belong to this list
 */
export function readCursor(request: Request, filter: AuditFilter): IdRange | undefined {
  const text = queryText(request, 'cursor');
  if (text === undefined) return undefined;
  const [, from, below] = /^(\d+) (\d+) /.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  const range = { from: Number(from ?? 0), below: Number(below ?? 0) };
  const isOurs = text === cursorOf(range, filter) && range.from <= INTEGER_MAX && range.below <= INTEGER_MAX;
  if (!isOurs) {
    throw new InputError('cursor', 'cursor must be one that the Link header of a page with these filters gave', false);
  }
  return range;
}

/**
 * The `Link` header of every page except the last. The address is relative and only a query, so it is correct whatever
 * path a proxy or the dialect's prefix produces (RFC 8288 §3.2, RFC 3986 §5.2).
 */
export function nextLink(request: Request, range: IdRange, filter: AuditFilter): string {
  const query = new URLSearchParams();
  for (const name of KEPT) {
    const value = queryText(request, name);
    if (value !== undefined) query.set(name, value);
  }
  query.set('cursor', cursorOf(range, filter));
  return `<?${query.toString()}>; rel="next"`;
}

/** Contains the start of the time range, because the lower bound of the ids was determined for it. */
export function cursorOf({ from, below }: IdRange, { createdFrom }: AuditFilter): string {
  return Buffer.from(`${String(from)} ${String(below)} ${String(createdFrom?.getTime())}`).toString('base64url');
}

function plainText(request: Request, name: string): string | undefined {
  const text = queryText(request, name);
  if (text !== undefined && !isStorableText(text, 0, TEXT_MAX)) {
    throw new InputError(name, `${name} must be at most ${String(TEXT_MAX)} characters long`, false);
  }
  return text;
}

function readTime(request: Request, name: string): Date | undefined {
  // An unencoded plus sign arrives as a space.
  const text = queryText(request, name)?.replace(/ (?=\d\d:\d\d$)/, '+');
  if (text === undefined) return undefined;
  const read = parseRfc3339(DATE.test(text) ? `${text}T00:00:00Z` : ZONELESS.test(text) ? `${text}Z` : text);
  if (read) return read;
  const remedy = `${name} must be a date or a date and time of RFC 3339`;
  throw new InputError(name, `${remedy}, for example 2026-01-31 or 2026-01-31T12:00:00Z`, false);
}
