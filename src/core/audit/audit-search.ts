/** Searches the audit log on behalf of a user, who sees a part of it. */
import { Injectable } from '@nestjs/common';
import type { AccountScope } from '../account-scope.js';
import { LongReads, type ListPart } from '../database/long-reads.js';
import { AuditLog } from './audit-log.js';
import { fittingRows, type AuditFilter, type IdRange } from './audit-query.js';
import type { AuditRecord } from './audit-record.entity.js';

/** Who searches. */
export interface AuditViewer {
  readonly userId: number;
  /** Whether they see every row. */
  readonly isAdministrator: boolean;
  /** The accounts of which they see every row. */
  readonly accounts: AccountScope;
}

/** Rows, and where the rest of them begins. */
export interface AuditPage {
  /** Fewer than were asked for, even none, where few rows fit. */
  readonly rows: readonly AuditRecord[];
  /** `undefined` at the end. */
  readonly next: IdRange | undefined;
}

/** So many parts of the log are read each by its index; if a user sees more, theirs are searched among all. */
const FEW_PARTS = 20;

/** So many rows are looked at for a page, whether or not they fit. */
const ROWS_OF_A_PAGE = 100_000;

/** Administrators see every row; others those of some accounts, and those by or about themselves. */
@Injectable()
export class AuditSearch {
  constructor(
    private readonly log: AuditLog,
    private readonly reads: LongReads,
  ) {}

  /**
   * A page, newest first. It looks through a bounded number of rows for those that fit.
   * @param range - where the page begins; `undefined` for the first page
   */
  async page(viewer: AuditViewer, filter: AuditFilter, range: IdRange | undefined, limit: number): Promise<AuditPage> {
    const within = range ?? (await this.log.idRangeOf(viewer.userId, filter));
    const found: ListPart<AuditRecord>[] = [];
    const parts = partsFor(viewer, await this.log.withType(filter));
    const rows = ROWS_OF_A_PAGE / parts.length;
    for (const part of parts) {
      found.push(await this.reads.resume(viewer.userId, fittingRows(part, within), { limit, rows }));
    }
    return merged(found, within, limit);
  }

  /** All rows that fit, newest first, in batches: one long list of the reader. */
  all(viewer: AuditViewer, filter: AuditFilter): AsyncGenerator<AuditRecord[], void> {
    const { userId, accounts, isAdministrator } = viewer;
    return this.log.all(userId, isAdministrator ? filter : { ...filter, visibleTo: { userId, accounts } });
  }

  /** Rows with these ids that the viewer sees. */
  async some(viewer: AuditViewer, ids: readonly number[]): Promise<AuditRecord[]> {
    const rows = await this.log.some(ids);
    return rows.filter((row) => isVisible(viewer, row));
  }
}

/** Whether a viewer sees a row. */
export function isVisible({ userId, isAdministrator, accounts }: AuditViewer, row: AuditRecord): boolean {
  return (
    isAdministrator ||
    row.authorId === userId ||
    row.userId === userId ||
    (row.accountId !== null && accounts.has(row.accountId))
  );
}

/** What the viewer sees of the rows that fit, in parts that an index answers each. A row may be in several. */
function partsFor({ userId, isAdministrator, accounts }: AuditViewer, filter: AuditFilter): readonly AuditFilter[] {
  if (isAdministrator) return [filter];
  if (filter.accountId !== undefined && accounts.has(filter.accountId)) return [filter];
  const few = filter.accountId === undefined ? accounts.few : [];
  const seen: readonly AuditFilter[] = [
    { authorId: userId },
    { userId },
    ...(few ?? []).map((accountId) => ({ accountId })),
  ];
  if (filter.targetId !== undefined || !few || seen.length > FEW_PARTS) {
    return [{ ...filter, visibleTo: { userId, accounts } }];
  }
  const isPossible = (part: AuditFilter): boolean =>
    part.authorId === undefined || filter.authorId === undefined || filter.authorId === part.authorId;
  return seen.filter(isPossible).map((part) => ({ ...filter, ...part }));
}

/** The newest rows of all parts. None is older than the place where a part has stopped, or it would be out of order. */
function merged(found: readonly ListPart<AuditRecord>[], range: IdRange, limit: number): AuditPage {
  const stops = found.flatMap(({ next }) => (next ? [Number(next[0])] : []));
  const stop = stops.length > 0 ? Math.max(...stops) : undefined;
  const byId = new Map(found.flatMap(({ rows }) => rows.map((row) => [row.id, row] as const)));
  const known = [...byId.values()].filter(({ id }) => stop === undefined || id >= stop);
  const rows = known.sort((one, other) => other.id - one.id).slice(0, limit);
  const last = known.length > limit ? rows.at(-1)?.id : stop;
  return { rows, next: last === undefined ? undefined : { ...range, below: last } };
}
