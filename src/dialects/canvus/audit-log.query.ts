/** Reads the query of the audit log, and handles the cursor of its pages (docs/contracts/canvus.md §7). */
import type { Request } from 'express';
import { INTEGER_MAX, isStorableText, type AuditFilter, type IdRange } from '../../core/index.js';
import { InputError, parseRfc3339, queryNumber, queryText } from '../../http/index.js';
import { TARGET_TYPE_NAMES, targetTypeOf } from './audit-log.mapping.js';

const FILTERS = ['author_id', 'created_after', 'created_before', 'target_id', 'target_type'];

/** Parameters that the address of the next page keeps. */
const KEPT = [...FILTERS, 'per_page'];

const PAGING = ['per_page', 'cursor', 'oldest'];

/** There is no stream of the log; some clients ask for one all the same, and take the plain answer. */
const WITHOUT_EFFECT = ['subscribe'];

const PER_PAGE = 100;
const PER_PAGE_MAX = 1000;

/** Characters of the name of an unknown parameter that the error repeats. */
const NAME_SHOWN = 100;

/** Maximum number of characters of an id or type in a row. */
const TEXT_MAX = 255;

/** As this API writes the times of access tokens: UTC. */
const ZONELESS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/i;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** @throws InputError */
export function readFilter(request: Request): AuditFilter {
  return {
    createdFrom: readTime(request, 'created_after'),
    createdBefore: readTime(request, 'created_before'),
    targetType: readTargetType(request),
    targetId: plainText(request, 'target_id'),
    authorId: queryNumber(request, 'author_id', 0, INTEGER_MAX),
  };
}

/**
 * Refuses what would be ignored: a filter that does nothing makes a wrong answer look right.
 * @param isPaged - whether the answer has pages
 * @throws InputError
 */
export function refuseOtherParameters({ query }: Request, isPaged: boolean): void {
  const known = [...FILTERS, ...(isPaged ? PAGING : [])].sort();
  for (const [name, value] of Object.entries(query)) {
    const shown = name.length > NAME_SHOWN ? `${name.slice(0, NAME_SHOWN)}…` : name;
    if (![...known, ...WITHOUT_EFFECT].includes(name)) {
      throw new InputError(name, `there is no parameter ${shown} here; there are ${known.join(', ')}`, false);
    }
    if (Array.isArray(value)) throw new InputError(name, `${shown} may be given only once`, false);
  }
}

/** @throws InputError */
export function readPerPage(request: Request): number {
  return queryNumber(request, 'per_page', 1, PER_PAGE_MAX) ?? PER_PAGE;
}

/**
 * Where the page begins; `undefined` for the first page. The lowest id that can match is in the address of the next page
 * if a time range bounds it; a client that builds the address has it found again.
 * @throws InputError
 */
export function readCursor(request: Request): Partial<IdRange> | undefined {
  const below = queryNumber(request, 'cursor', 0, INTEGER_MAX);
  const from = queryNumber(request, 'oldest', 0, INTEGER_MAX);
  return below === undefined ? undefined : { below, ...(from !== undefined && { from }) };
}

/**
 * The `Link` header of every page except the last. Without an address of the server the reference is only a query, so it
 * is correct whatever path a proxy or the dialect's prefix produces (RFC 8288 §3.2, RFC 3986 §5.2).
 * @param base - the address of the list as clients reach it; `''` if it is not known
 */
export function nextLink(request: Request, base: string, { from, below }: IdRange): string {
  const query = new URLSearchParams();
  for (const name of KEPT) {
    const value = queryText(request, name);
    if (value !== undefined) query.set(name, value);
  }
  query.set('cursor', String(below));
  if (from > 0) query.set('oldest', String(from));
  return `<${base}?${query.toString()}>; rel="next"`;
}

/** @throws InputError */
function readTargetType(request: Request): string | undefined {
  const name = plainText(request, 'target_type');
  if (name === undefined) return undefined;
  const type = targetTypeOf(name);
  if (type !== undefined) return type;
  const known = `target_type must be one of ${TARGET_TYPE_NAMES.join(', ')}; case and hyphens do not matter`;
  throw new InputError('target_type', known, false);
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
