/** Goes through a sliced query from its beginning: reads rows, passes over rows, aggregates. */
import type { EntityManager, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { SliceLength } from './slice-length.js';
import {
  SliceStatements,
  type Place,
  type Range,
  type RankedRow,
  type Ranking,
  type SlicedQuery,
} from './sliced-query.js';
import type { DatabaseWork } from './transactor.js';

/**
 * Rows read, mapped and sent in one turn of the event loop: some milliseconds.
 * A list that is no longer than this is not a long one.
 */
export const ROWS_PER_SLICE = 200;

/** Of a table of at most so many rows, PostgreSQL is asked for all that is left: it need not look for the ends of slices. */
const ROWS_AT_ONCE = 300_000;

/** Entries of an index passed over in one turn: some milliseconds. */
const ENTRIES_PASSED = 20_000;

/** Runs the statements of one slice. */
export type SliceRunner = <T>(work: DatabaseWork<T>) => Promise<T>;

export class SliceCursor<E extends ObjectLiteral> {
  private readonly statements: SliceStatements<E>;
  private readonly length = new SliceLength();
  private atEnd = false;
  private rowsPassed = 0;
  private isSmall: boolean | undefined;

  /** @param after - where to begin; `undefined` for the beginning */
  constructor(
    query: SlicedQuery<E>,
    private readonly run: SliceRunner,
    private after?: Place,
  ) {
    this.statements = new SliceStatements(query);
  }

  /** Whether there are no more rows. */
  get isAtEnd(): boolean {
    return this.atEnd;
  }

  /** The place up to which it has gone; `undefined` at the beginning and at the end. */
  get place(): Place | undefined {
    return this.after;
  }

  /** How many rows it has looked at that may not meet the filter; zero without one. */
  get passed(): number {
    return this.rowsPassed;
  }

  /** The next rows, at most `limit`; may be fewer, or none, before the end. */
  async next(limit: number): Promise<E[]> {
    const most = Math.min(limit, ROWS_PER_SLICE);
    return this.measured(async (manager) => {
      const { after, statements } = this;
      const upTo = statements.isFiltered ? await this.sliceEnd(manager) : undefined;
      const rows = await statements.rows(manager, { after, upTo }, most);
      const last = rows.length === most ? rows.at(-1) : undefined;
      this.moveTo(last ? statements.placeOf(manager, last) : upTo);
      return rows;
    });
  }

  /** Passes over rows. @returns how many; fewer than asked for only at the end */
  async skip(wanted: number): Promise<number> {
    let passed = 0;
    while (passed < wanted && !this.atEnd) passed += await this.skipSlice(wanted - passed);
    return passed;
  }

  /** Aggregates over the rows of the next slice. */
  aggregate<C extends string>(columns: Readonly<Record<C, string>>): Promise<Record<C, unknown>> {
    return this.measured(async (manager) => {
      const range = await this.range(manager);
      return this.statements.aggregate(manager, range, columns);
    });
  }

  /** Runs work on the rows of the next slice that meet the filter: it may group and aggregate them. */
  each<T>(work: (rows: () => SelectQueryBuilder<E>) => Promise<T>): Promise<T> {
    return this.measured(async (manager) => {
      const range = await this.range(manager);
      return work(() => this.statements.filtered(manager, range));
    });
  }

  /** The best rows of the next slice. */
  best(ranking: Ranking, limit: number): Promise<RankedRow[]> {
    return this.measured(async (manager) => {
      const range = await this.range(manager);
      return this.statements.best(manager, range, ranking, limit);
    });
  }

  private skipSlice(wanted: number): Promise<number> {
    return this.measured(async (manager) => {
      const { after, statements } = this;
      if (!statements.isFiltered) {
        const step = Math.min(ENTRIES_PASSED, wanted);
        const upTo = await statements.placeAfter(manager, after, step);
        this.moveTo(upTo);
        if (upTo) return step;
      }
      const upTo = statements.isFiltered ? await this.sliceEnd(manager) : undefined;
      const range: Range = { after, upTo };
      const { count } = await statements.aggregate(manager, range, { count: 'COUNT(*)' });
      if (Number(count) <= wanted) {
        this.moveTo(upTo);
        return Number(count);
      }
      const [last] = await statements.rows(manager, range, 1, wanted - 1);
      this.moveTo(last && statements.placeOf(manager, last));
      return wanted;
    });
  }

  /** The rows of the next slice. */
  private async range(manager: EntityManager): Promise<Range> {
    const { after } = this;
    const upTo = await this.sliceEnd(manager);
    this.moveTo(upTo);
    return { after, upTo };
  }

  /** Where the next slice ends; `undefined` if it is the last one. */
  private async sliceEnd(manager: EntityManager): Promise<Place | undefined> {
    const { length, statements, after } = this;
    if (length.isLongest) this.isSmall ??= (await statements.estimate(manager)) <= ROWS_AT_ONCE;
    return this.isSmall ? undefined : statements.placeAfter(manager, after, length.rows);
  }

  /** Runs the work of a slice, by which it is known how long the next one may be. */
  private measured<T>(work: DatabaseWork<T>): Promise<T> {
    return this.run(async (manager) => {
      if (this.statements.isFiltered) this.rowsPassed += this.length.rows;
      this.length.begin();
      const result = await work(manager);
      this.length.end(manager);
      return result;
    });
  }

  private moveTo(place: Place | undefined): void {
    this.after = place;
    this.atEnd = place === undefined;
  }
}
