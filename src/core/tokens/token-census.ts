/** Counts all tokens by kind and state, for metrics, without holding up anybody else. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../clock.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { nextTurn } from '../concurrency/turns.js';
import { dataSourceOf } from '../database/row-mapper.js';

/** Rows counted in one turn of the event loop: some milliseconds. */
const ROWS_PER_TURN = 1000;

const DAY_MS = 86_400_000;

/** A previous secret counts as still in use if it was used within this time, in milliseconds. */
const IN_USE_MS = DAY_MS;

/** The tokens of one kind. */
export interface KindCensus {
  /** Enabled and not expired. */
  readonly active: number;
  readonly expired: number;
  /** Disabled and not expired. */
  readonly disabled: number;
  /** Active ones that expire within 7 days. */
  readonly within7Days: number;
  /** Active ones that expire within 30 days. */
  readonly within30Days: number;
  /** Those whose previous secret is still accepted. */
  readonly overlaps: number;
  /** Those whose previous secret is still accepted and was used within the last day. */
  readonly overlapsInUse: number;
}

type Row = Readonly<Record<keyof KindCensus, unknown>> & { readonly kind: string; readonly last: string };

/** Goes through the table in slices. Tokens that change in the meantime count as they were or as they are. */
@Injectable()
export class TokenCensus {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** The tokens of each kind of which there are any. @throws DomainError `unavailable` */
  async take(): Promise<ReadonlyMap<string, KindCensus>> {
    const counts = new Map<string, Record<keyof KindCensus, number>>();
    const now = this.clock.now().getTime();
    for (let after: string | undefined = ''; after !== undefined;) {
      await nextTurn();
      const from: string = after;
      const rows = await this.unitOfWork.read((manager) => slice(manager, now, from));
      after = rows
        .map(({ last }) => last)
        .sort()
        .at(-1);
      for (const row of rows) add(counts, row);
    }
    return counts;
  }
}

function add(counts: Map<string, Record<keyof KindCensus, number>>, { kind, ...row }: Row): void {
  const count = counts.get(kind) ?? { ...NONE };
  counts.set(kind, count);
  for (const name of NAMES) count[name] += Number(row[name]);
}

function slice(manager: EntityManager, now: number, after: string): Promise<Row[]> {
  const parameter = dataSourceOf(manager).driver.createParameter('after', 0);
  const sums = NAMES.map((name) => `SUM(CASE WHEN ${CONDITIONS[name](now)} THEN 1 ELSE 0 END) AS "${name}"`);
  return manager.query<Row[]>(
    `SELECT "kind", MAX("id") AS "last", ${sums.join(', ')} FROM (SELECT "id", "kind", "enabled", "expires_at", ` +
      '"previous_secret_digest", "previous_secret_expires_at", "previous_last_seen_at" FROM "latchkey_token" ' +
      `WHERE "id" > ${parameter} ORDER BY "id" LIMIT ${String(ROWS_PER_TURN)}) AS rows GROUP BY "kind"`,
    [after],
  );
}

const unexpired = (now: number): string => `("expires_at" IS NULL OR "expires_at" > ${String(now)})`;
const expiring = (now: number, days: number): string =>
  `"enabled" AND "expires_at" > ${String(now)} AND "expires_at" <= ${String(now + days * DAY_MS)}`;
const overlapping = (now: number): string =>
  `"previous_secret_digest" IS NOT NULL AND "previous_secret_expires_at" > ${String(now)}`;

const CONDITIONS: Readonly<Record<keyof KindCensus, (now: number) => string>> = {
  active: (now) => `"enabled" AND ${unexpired(now)}`,
  expired: (now) => `"expires_at" <= ${String(now)}`,
  disabled: (now) => `NOT "enabled" AND ${unexpired(now)}`,
  within7Days: (now) => expiring(now, 7),
  within30Days: (now) => expiring(now, 30),
  overlaps: overlapping,
  overlapsInUse: (now) => `${overlapping(now)} AND "previous_last_seen_at" > ${String(now - IN_USE_MS)}`,
};

const NAMES = Object.keys(CONDITIONS) as (keyof KindCensus)[];

const NONE: Readonly<Record<keyof KindCensus, number>> = {
  active: 0,
  expired: 0,
  disabled: 0,
  within7Days: 0,
  within30Days: 0,
  overlaps: 0,
  overlapsInUse: 0,
};
