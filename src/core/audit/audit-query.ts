/** The conditions on rows of the audit log, and the statements that find them: in the order of ids, by an index each. */
import { And, LessThan, MoreThanOrEqual, type SelectQueryBuilder } from 'typeorm';
import { isAmongAccounts, type AccountScope } from '../account-scope.js';
import type { SlicedQuery } from '../database/sliced-query.js';
import { textMatch } from '../database/text-match.js';
import type { ChangeTarget } from '../changes/changes.js';
import { AuditRecord } from './audit-record.entity.js';

/** Selects rows; all given conditions must hold. */
export interface AuditFilter {
  /** Start of the time range, inclusive. */
  readonly createdFrom?: Date | undefined;
  /** End of the time range, exclusive. */
  readonly createdBefore?: Date | undefined;
  readonly targetType?: string | undefined;
  readonly targetId?: string | undefined;
  readonly authorId?: number | undefined;
  readonly accountId?: string | undefined;
  /** The user whom the change concerns. */
  readonly userId?: number | undefined;
  /** Network address of the author, in its canonical form. */
  readonly address?: string | undefined;
  /** Types of changes, for example `token.issued`; `token.*` stands for all that begin like this. */
  readonly actions?: readonly string[] | undefined;
  /** Part of the names of author or target, or of the details; whatever the case of letters. */
  readonly text?: string | undefined;
  /** Rows of any of these accounts, and those by a user or about them. */
  readonly visibleTo?: { readonly userId: number; readonly accounts: AccountScope } | undefined;
}

/** A range of the log by the ids of its rows. */
export interface IdRange {
  /** The lowest id. */
  readonly from: number;
  /** Upper bound of the ids, exclusive; `null` for no bound. */
  readonly below: number | null;
}

/** All types of targets. */
export const TARGET_TYPES = Object.keys({
  token: true,
  user: true,
  account: true,
  membership: true,
  group: true,
  application: true,
  policy: true,
  organization: true,
  zone: true,
  server: true,
} satisfies Record<ChangeTarget['type'], true>);

/** The rows of a range that fit, newest first. */
export function fittingRows(filter: AuditFilter, { from, below }: IdRange): SlicedQuery<AuditRecord> {
  const { indexed, others } = conditionsOf(filter);
  const id = below === null ? MoreThanOrEqual(from) : And(MoreThanOrEqual(from), LessThan(below));
  const isFiltered = Object.keys(others).length > 0 || UNINDEXED.some((name) => filter[name] !== undefined);
  return {
    entity: AuditRecord,
    where: (query) => query.andWhere({ ...indexed, id }),
    filter: isFiltered
      ? (query) => {
          query.andWhere(others);
          restrict(query, filter);
        }
      : undefined,
    order: ['id'],
    descending: true,
  };
}

const UNINDEXED = ['createdFrom', 'createdBefore', 'address', 'actions', 'text', 'visibleTo'] as const;

function restrict(query: SelectQueryBuilder<AuditRecord>, filter: AuditFilter): void {
  const { createdFrom, createdBefore, address, actions, text, visibleTo } = filter;
  // `+ 0` avoids the index on the time: the range of ids is as narrow, and already in the right order.
  if (createdFrom) query.andWhere('row.createdAt + 0 >= :from', { from: createdFrom.getTime() });
  if (createdBefore) query.andWhere('row.createdAt + 0 < :before', { before: createdBefore.getTime() });
  if (address !== undefined) query.andWhere('row.ipAddress = :address', { address });
  if (actions) restrictActions(query, actions);
  if (text !== undefined) {
    const holds = textMatch(query, text);
    query.andWhere(`(${['row.targetName', 'row.authorName', 'row.details'].map((name) => holds(name)).join(' OR ')})`);
  }
  if (!visibleTo) return;
  const { userId, accounts } = visibleTo;
  const isOfAccount = isAmongAccounts(query, 'row.accountId', accounts);
  query.andWhere(`(row.authorId = :viewer OR row.userId = :viewer OR ${isOfAccount})`, { viewer: userId });
}

function restrictActions(query: SelectQueryBuilder<AuditRecord>, actions: readonly string[]): void {
  const conditions = actions.map((action, at) => {
    const name = `action${String(at)}`;
    const length = String(action.length - 1);
    return action.endsWith('.*') ? `SUBSTR(row.action, 1, ${length}) = :${name}` : `row.action = :${name}`;
  });
  const values = actions.map((action, at): [string, string] => [`action${String(at)}`, action.replace(/\*$/, '')]);
  query.andWhere(`(${conditions.join(' OR ') || '1 = 0'})`, Object.fromEntries(values));
}

type Conditions = Partial<Pick<AuditRecord, 'targetType' | 'targetId' | 'authorId' | 'accountId' | 'userId'>>;

/** Divides the conditions into those that one index answers, and all others. */
function conditionsOf(filter: AuditFilter): { indexed: Conditions; others: Conditions } {
  const { targetType: type = typeOf(filter.actions), targetId, authorId, userId, accountId } = filter;
  const all: Conditions = {
    ...(type !== undefined && { targetType: type }),
    ...(targetId !== undefined && { targetId }),
    ...(authorId !== undefined && { authorId }),
    ...(userId !== undefined && { userId }),
    ...(accountId !== undefined && { accountId }),
  };
  const names = INDEXES.find((columns) => columns.every((column) => column in all)) ?? [];
  const entries = Object.entries(all);
  const isIndexed = ([name]: (typeof entries)[number]): boolean => names.some((column) => column === name);
  return {
    indexed: Object.fromEntries(entries.filter(isIndexed)),
    others: Object.fromEntries(entries.filter((entry) => !isIndexed(entry))),
  };
}

/** Columns that an index begins with, the narrowest first. */
const INDEXES: readonly (readonly (keyof Conditions)[])[] = [
  ['targetType', 'targetId'],
  ['authorId'],
  ['userId'],
  ['accountId'],
  ['targetType'],
];

/** The type of target that all these changes have: it is the first part of their own type. */
function typeOf(actions: readonly string[] = []): string | undefined {
  const [type = '', ...others] = new Set(actions.map((action) => action.split('.', 1)[0] ?? ''));
  return others.length === 0 && TARGET_TYPES.includes(type) ? type : undefined;
}
