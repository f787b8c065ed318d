/** Pages of lists of the database: their cursors hold the values by which the rows are ordered. */
import type { ListPart, Place } from '../../../core/index.js';
import { wrongParameter } from '../latchkey.problems.js';
import { cursorOf, placeOf, type CursorPlace, type Page } from './paging.js';

/** What the values of a place are; a `number` can be a time. */
export type PlaceForm = readonly ('number' | 'text')[];

/** By what most lists are ordered: a time, and an id. */
export const BY_TIME: PlaceForm = ['number', 'text'];

/**
 * The place of a cursor; `undefined` for the first page.
 * @param list - as in {@link pageOf}
 * @throws Problem
 */
export function placeIn(cursor: string | undefined, list: readonly unknown[], form = BY_TIME): Place | undefined {
  if (cursor === undefined) return undefined;
  const place = placeOf(cursor, list, form.length);
  requireForm(place, form);
  return place;
}

/** The database would refuse other values. @throws Problem */
export function requireForm(place: CursorPlace, form: PlaceForm): void {
  const fits = form.every((kind, at) => (kind === 'text' ? isText(place[at]) : /^-?\d{1,16}$/.test(String(place[at]))));
  if (!fits) throw wrongParameter('cursor', 'cursor is no cursor of this server; leave it out');
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}

/**
 * A page.
 * @param items - the rows of the part, as shown
 * @param list - the name of the list, and its parameters except those of the page
 */
export function pageOf<T>({ next }: Pick<ListPart<unknown>, 'next'>, items: T[], list: readonly unknown[]): Page<T> {
  return { items, next_cursor: next ? cursorOf(next as CursorPlace, list) : null };
}
