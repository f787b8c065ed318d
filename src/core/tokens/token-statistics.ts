/** Counts tokens by state, by the day of their expiry and by the day of their last use, without holding up anybody else. */
import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import { isAmongAccounts, type AccountScope } from '../account-scope.js';
import { Clock } from '../clock.js';
import { LongReads } from '../database/long-reads.js';
import type { SlicedQuery } from '../database/sliced-query.js';
import { Token } from './token.entity.js';

const DAY_MS = 86_400_000;

/** Days of expiries ahead, and of last uses before now. */
const DAYS = 30;

/** Whose tokens count: all, or those of some accounts and those of a user. */
export type StatisticsScope = 'all' | { readonly accounts: AccountScope; readonly userId: number };

/** The numbers of tokens; logins are none. */
export interface TokenTotals {
  /** Enabled and not expired. */
  readonly active: number;
  readonly expired: number;
  /** Disabled and not expired. */
  readonly disabled: number;
  /** Active ones that expire within 7, and within 30 days. */
  readonly expiring7Days: number;
  readonly expiring30Days: number;
  /** Those whose previous secret is still accepted. */
  readonly overlapsRunning: number;
  /** Those whose previous secret is still accepted and was used within the last day. */
  readonly oldSecretInUse: number;
  /** Active ones that were used, but not within 90 days. */
  readonly unused90Days: number;
  /** Active ones that were never used. */
  readonly neverUsed: number;
}

/** How many tokens belong to a day, by the milliseconds of its beginning (UTC). */
export type TokensByDay = ReadonlyMap<number, number>;

export interface TokenStatistics {
  readonly totals: TokenTotals;
  /** Active ones by the day of their expiry: today and 29 days after it. */
  readonly expiries: TokensByDay;
  /** By the day of their last use: today and 29 days before it. */
  readonly uses: TokensByDay;
}

type Names = keyof TokenTotals;

interface Slice {
  readonly totals: Readonly<Record<Names, unknown>> | undefined;
  readonly days: readonly DayCount[];
}

/** Tokens that expire on a day and were last used on another; `null` for all other times. */
interface DayCount {
  readonly expiry: string | number | null;
  readonly lastUse: string | number | null;
  readonly count: string | number;
}

@Injectable()
export class TokenStatisticsService {
  constructor(
    private readonly reads: LongReads,
    private readonly clock: Clock,
  ) {}

  /** Goes through the tokens in slices. Those that change in the meantime count as they were or as they are. */
  async take(reader: number, scope: StatisticsScope): Promise<TokenStatistics> {
    const now = this.clock.now().getTime();
    const today = now - (now % DAY_MS);
    const totals: Record<Names, number> = { ...NONE };
    const expiries = daysFrom(today, 1);
    const uses = daysFrom(today, -1);
    for (const query of queriesOf(scope)) {
      for (const slice of await this.reads.slices(reader, query, (rows) => sliceOf(rows, now, today))) {
        for (const name of NAMES) totals[name] += Number(slice.totals?.[name] ?? 0);
        for (const { expiry, lastUse, count } of slice.days) {
          addTo(expiries, expiry, count);
          addTo(uses, lastUse, count);
        }
      }
    }
    return { totals, expiries, uses };
  }
}

function queriesOf(scope: StatisticsScope): readonly SlicedQuery<Token>[] {
  // Logins are no tokens that people manage; the index of tokens by their age, which has none, wants it literally.
  const filter = (rows: SelectQueryBuilder<Token>): unknown => rows.andWhere(`row.kind <> 'session'`);
  const all = { entity: Token, where: filter, order: ['createdAt', 'id'] } as const;
  if (scope === 'all') return [all];
  const { accounts, userId } = scope;
  const { few } = accounts;
  if (!few) {
    const isSeen = (rows: SelectQueryBuilder<Token>): unknown =>
      rows.andWhere(
        `(row.userId = :ownTokens OR (row.userId IS NULL AND ${isAmongAccounts(rows, 'row.accountId', accounts)}))`,
        { ownTokens: userId },
      );
    return [{ ...all, filter: isSeen }];
  }
  const order = ['kind', 'createdAt', 'id'] as const;
  return [
    { entity: Token, where: (rows) => rows.andWhere({ userId }), filter, order },
    ...few.map((accountId) => ({
      entity: Token,
      where: (rows: SelectQueryBuilder<Token>) => rows.andWhere({ accountId }),
      filter: (rows: SelectQueryBuilder<Token>) => filter(rows) && rows.andWhere('row.userId IS NULL'),
      order,
    })),
  ];
}

async function sliceOf(rows: () => SelectQueryBuilder<Token>, now: number, today: number): Promise<Slice> {
  const sums = rows().select([]);
  for (const name of NAMES) sums.addSelect(`SUM(CASE WHEN ${CONDITIONS[name]} THEN 1 ELSE 0 END)`, name);
  const parameters = { now, yes: true, ...MOMENTS(now) };
  const [from, to] = [today - (DAYS - 1) * DAY_MS, today + DAYS * DAY_MS];
  const dayOf = (column: string, condition: string): string =>
    `CASE WHEN ${condition} THEN row.${column} - row.${column} % ${String(DAY_MS)} END`;
  const days = rows()
    .select(dayOf('expiresAt', `row.expiresAt >= :today AND row.expiresAt < :to AND ${ACTIVE}`), 'expiry')
    .addSelect(dayOf('lastSeenAt', 'row.lastSeenAt >= :from AND row.lastSeenAt < :tomorrow'), 'lastUse')
    .addSelect('COUNT(*)', 'count')
    // By their places: the same expressions with other parameters would be others to PostgreSQL.
    .groupBy('1, 2');
  const moments = { ...parameters, today, tomorrow: today + DAY_MS, from, to };
  return {
    totals: await sums.setParameters({ ...sums.getParameters(), ...parameters }).getRawOne<Record<Names, unknown>>(),
    days: await days.setParameters({ ...days.getParameters(), ...moments }).getRawMany<DayCount>(),
  };
}

const MOMENTS = (now: number): Record<string, number> => ({
  in7: now + 7 * DAY_MS,
  in30: now + 30 * DAY_MS,
  dayAgo: now - DAY_MS,
  longAgo: now - 90 * DAY_MS,
});

const UNEXPIRED = '(row.expiresAt IS NULL OR row.expiresAt > :now)';
const ACTIVE = `row.enabled = :yes AND ${UNEXPIRED}`;
const OVERLAP = 'row.previousSecretDigest IS NOT NULL AND row.previousSecretExpiresAt > :now';

const CONDITIONS: Readonly<Record<Names, string>> = {
  active: ACTIVE,
  expired: 'row.expiresAt <= :now',
  disabled: `NOT row.enabled = :yes AND ${UNEXPIRED}`,
  expiring7Days: `${ACTIVE} AND row.expiresAt <= :in7`,
  expiring30Days: `${ACTIVE} AND row.expiresAt <= :in30`,
  overlapsRunning: OVERLAP,
  oldSecretInUse: `${OVERLAP} AND row.previousLastSeenAt > :dayAgo`,
  unused90Days: `${ACTIVE} AND row.lastSeenAt <= :longAgo`,
  neverUsed: `${ACTIVE} AND row.lastSeenAt IS NULL`,
};

const NAMES = Object.keys(CONDITIONS) as Names[];

const NONE = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<Names, number>;

function daysFrom(today: number, direction: 1 | -1): Map<number, number> {
  const days = Array.from({ length: DAYS }, (_, at) => today + direction * at * DAY_MS);
  return new Map(days.sort((one, other) => one - other).map((day) => [day, 0]));
}

function addTo(days: Map<number, number>, day: DayCount['expiry'], count: DayCount['count']): void {
  if (day !== null) days.set(Number(day), (days.get(Number(day)) ?? 0) + Number(count));
}
