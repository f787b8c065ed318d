/** Reads lists of any length in bounded memory, and in slices between which the event loop turns. */
import { Inject, Injectable } from '@nestjs/common';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { CORE_OPTIONS, type CoreOptions } from '../options.js';
import { ReadSlots, type ReadKind, type ReaderId } from './read-slots.js';
import { SliceCursor } from './slice-cursor.js';
import type { Place, RankedRow, Ranking, SlicedQuery } from './sliced-query.js';
import { SlicedRead } from './sliced-read.js';
import { UnitOfWork } from './unit-of-work.js';

/** Which part of a list to read. */
export interface PageRequest {
  readonly offset: number;
  readonly limit: number;
}

/** Where to go on with a list, and how far. */
export interface PartRequest {
  /** The place after which it goes on; `undefined` for the beginning. */
  readonly after?: Place | undefined;
  readonly limit: number;
  /** After so many slices it stops, although there may be more rows. Default: 25. */
  readonly slices?: number;
  /** So it does when it has looked at so many rows that may not meet the filter. Default: 100,000. */
  readonly rows?: number;
}

/** Rows of a list, and where the rest of it begins. */
export interface ListPart<E> {
  /** Fewer than were asked for, even none, where few of the rows meet the filter. */
  readonly rows: readonly E[];
  /** `undefined` at the end of the list. */
  readonly next: Place | undefined;
}

const ALL: PageRequest = { offset: 0, limit: Infinity };

/**
 * The longest page, and the row that shows whether there is another one. Reads of more rows are long lists, of which a
 * user may have only some open at the same time.
 */
const LONGEST_PAGE = 1001;

/** Slices and rows of a part that a caller goes on with: some hundred milliseconds in all. */
const SLICES_OF_A_PART = 25;
const ROWS_OF_A_PART = 100_000;

/**
 * The slices of a read take turns with those of all other readers; those of one user are read one at a time. Of the
 * searches, counts and pages of a user, which end without their client, one is read at a time from beginning to end.
 * Rows that change in the meantime appear as they were or as they are.
 */
@Injectable()
export class LongReads {
  private readonly slots: ReadSlots;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(CORE_OPTIONS) { longLists }: Pick<CoreOptions, 'longLists'>,
  ) {
    this.slots = new ReadSlots(longLists);
  }

  /**
   * The rows in batches, none of them empty, each in a turn of its own.
   * @throws DomainError `too_many_at_once`, for the second batch at the latest
   */
  batches<E extends ObjectLiteral>(
    reader: ReaderId,
    query: SlicedQuery<E>,
    page: PageRequest = ALL,
  ): AsyncGenerator<E[], void> {
    return this.batchesOf(this.read(reader, page.limit > LONGEST_PAGE ? 'list' : 'part'), query, page);
  }

  private async *batchesOf<E extends ObjectLiteral>(
    read: SlicedRead,
    query: SlicedQuery<E>,
    { offset, limit }: PageRequest,
  ): AsyncGenerator<E[], void> {
    let failure: unknown;
    try {
      const cursor = new SliceCursor(query, read.slice);
      if (offset > 0) await cursor.skip(offset);
      for (let left = limit; left > 0 && !cursor.isAtEnd;) {
        const rows = await cursor.next(left);
        left -= rows.length;
        if (rows.length > 0) yield rows;
      }
      read.outcome = 'done';
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      read.end(failure);
    }
  }

  /** A part of the rows. */
  part<E extends ObjectLiteral>(reader: ReaderId, query: SlicedQuery<E>, page: PageRequest): Promise<E[]> {
    return collected(this.batchesOf(this.read(reader, 'whole'), query, page));
  }

  /**
   * Goes on with a list after a place. It looks through a bounded number of rows: whoever needs more asks again, from the
   * place where it stopped.
   */
  resume<E extends ObjectLiteral>(
    reader: ReaderId,
    query: SlicedQuery<E>,
    { after, limit, slices = SLICES_OF_A_PART, rows: most = ROWS_OF_A_PART }: PartRequest,
  ): Promise<ListPart<E>> {
    const work = async (cursor: SliceCursor<E>): Promise<ListPart<E>> => {
      const rows: E[] = [];
      for (let left = slices; left > 0 && rows.length < limit && !cursor.isAtEnd; left -= 1) {
        if (cursor.passed >= most) break;
        rows.push(...(await cursor.next(limit - rows.length)));
      }
      const next = cursor.place;
      // Whether there is more is seen by one more row.
      if (next && rows.length === limit && (await cursor.next(1)).length === 0 && cursor.isAtEnd) {
        return { rows, next: undefined };
      }
      return { rows, next };
    };
    return this.whole(reader, query, work, after);
  }

  /** Runs work on each slice of the rows: it may group and aggregate them. The results come in the order of the slices. */
  slices<E extends ObjectLiteral, T>(
    reader: ReaderId,
    query: SlicedQuery<E>,
    work: (rows: () => SelectQueryBuilder<E>) => Promise<T>,
  ): Promise<T[]> {
    return this.whole(reader, query, async (cursor) => {
      const results: T[] = [];
      while (!cursor.isAtEnd) results.push(await cursor.each(work));
      return results;
    });
  }

  /** A part of the rows, and the number of all. */
  page<E extends ObjectLiteral>(
    reader: ReaderId,
    query: SlicedQuery<E>,
    { offset, limit }: PageRequest,
  ): Promise<[E[], number]> {
    return this.whole(reader, query, async (cursor) => {
      const rows: E[] = [];
      const before = await cursor.skip(offset);
      while (rows.length < limit && !cursor.isAtEnd) rows.push(...(await cursor.next(limit - rows.length)));
      return [rows, before + rows.length + (await cursor.skip(Infinity))];
    });
  }

  /** The number of rows. */
  count<E extends ObjectLiteral>(reader: ReaderId, query: SlicedQuery<E>): Promise<number> {
    return this.whole(reader, query, (cursor) => cursor.skip(Infinity));
  }

  /** The number of rows, counted up to a limit. */
  countTo<E extends ObjectLiteral>(reader: ReaderId, query: SlicedQuery<E>, limit: number): Promise<number> {
    return this.whole(reader, query, (cursor) => cursor.skip(limit));
  }

  /**
   * The best rows of each slice in another order than that of the query, of which an index may know nothing.
   * @param limit - of each slice
   */
  async *best<E extends ObjectLiteral>(
    reader: ReaderId,
    query: SlicedQuery<E>,
    ranking: Ranking,
    limit: number,
  ): AsyncGenerator<RankedRow[], void> {
    const read = this.read(reader, 'whole');
    let failure: unknown;
    try {
      const cursor = new SliceCursor(query, read.slice);
      while (!cursor.isAtEnd) yield await cursor.best(ranking, limit);
      read.outcome = 'done';
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      read.end(failure);
    }
  }

  /**
   * Aggregates over the rows, once for each slice.
   * @param columns - expressions over `row`, by their names in the result
   */
  aggregates<E extends ObjectLiteral, C extends string>(
    reader: ReaderId,
    query: SlicedQuery<E>,
    columns: Readonly<Record<C, string>>,
  ): Promise<Record<C, unknown>[]> {
    return this.whole(reader, query, async (cursor) => {
      const results: Record<C, unknown>[] = [];
      while (!cursor.isAtEnd) results.push(await cursor.aggregate(columns));
      return results;
    });
  }

  private async whole<E extends ObjectLiteral, T>(
    reader: ReaderId,
    query: SlicedQuery<E>,
    work: (cursor: SliceCursor<E>) => Promise<T>,
    after?: Place,
  ): Promise<T> {
    const read = this.read(reader, 'whole');
    try {
      const result = await work(new SliceCursor(query, read.slice, after));
      read.outcome = 'done';
      read.end();
      return result;
    } catch (error) {
      read.end(error);
      throw error;
    }
  }

  private read(reader: ReaderId, kind: ReadKind): SlicedRead {
    return new SlicedRead(this.slots, this.unitOfWork, reader, kind);
  }
}

/** The items of all batches. */
export async function collected<T>(batches: AsyncGenerator<readonly T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const batch of batches) items.push(...batch);
  return items;
}
