/** Goes through a sliced query from its beginning: reads rows, passes over rows, aggregates. */
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
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

/** Rows passed over in one turn while looking for those that meet a filter: some milliseconds. */
const ROWS_SEARCHED = 2000;

/** Entries of an index passed over in one turn: some milliseconds. */
const ENTRIES_PASSED = 20_000;

/** Runs the statements of one slice. */
export type SliceRunner = <T>(work: DatabaseWork<T>) => Promise<T>;

export class SliceCursor<E extends ObjectLiteral> {
  private readonly statements: SliceStatements<E>;
  private atEnd = false;

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

  /** The next rows, at most `limit`; may be fewer, or none, before the end. */
  async next(limit: number): Promise<E[]> {
    const most = Math.min(limit, ROWS_PER_SLICE);
    return this.run(async (manager) => {
      const { after, statements } = this;
      const upTo = statements.isFiltered ? await statements.placeAfter(manager, after, ROWS_SEARCHED) : undefined;
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
    return this.run(async (manager) => {
      const range = { after: this.after, upTo: await this.statements.placeAfter(manager, this.after, this.step()) };
      this.moveTo(range.upTo);
      return this.statements.aggregate(manager, range, columns);
    });
  }

  /** Runs work on the rows of the next slice that meet the filter: it may group and aggregate them. */
  each<T>(work: (rows: () => SelectQueryBuilder<E>) => Promise<T>): Promise<T> {
    return this.run(async (manager) => {
      const range = { after: this.after, upTo: await this.statements.placeAfter(manager, this.after, ROWS_SEARCHED) };
      this.moveTo(range.upTo);
      return work(() => this.statements.filtered(manager, range));
    });
  }

  /** The best rows of the next slice. */
  best(ranking: Ranking, limit: number): Promise<RankedRow[]> {
    return this.run(async (manager) => {
      const range = { after: this.after, upTo: await this.statements.placeAfter(manager, this.after, ROWS_SEARCHED) };
      this.moveTo(range.upTo);
      return this.statements.best(manager, range, ranking, limit);
    });
  }

  private skipSlice(wanted: number): Promise<number> {
    return this.run(async (manager) => {
      const { after, statements } = this;
      const step = Math.min(this.step(), statements.isFiltered ? Infinity : wanted);
      const upTo = await statements.placeAfter(manager, after, step);
      if (upTo && !statements.isFiltered) {
        this.moveTo(upTo);
        return step;
      }
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

  private step(): number {
    return this.statements.isFiltered ? ROWS_SEARCHED : ENTRIES_PASSED;
  }

  private moveTo(place: Place | undefined): void {
    this.after = place;
    this.atEnd = place === undefined;
  }
}
