/** Pages of lists: the parameters `limit` and `cursor`, and cursors that carry the place where a page has ended. */
import type { Type } from '@nestjs/common';
import { ApiProperty } from '../../../internals/index.js';
import { cursorOf, readCursor, type CursorPlace } from '../../../core/index.js';
import { Problem, wrongParameter } from '../latchkey.problems.js';
import { numberParameter, textParameter } from './kinds.js';

const CURSOR_MAX = 4096;

/** The parameters that every list has. */
export const PAGE = {
  limit: numberParameter('Items on a page.', { min: 1, max: 200, usual: 50 }),
  cursor: textParameter(
    'Where the page begins: `next_cursor` of the page before, with the same other parameters.',
    CURSOR_MAX,
    'WzEsIjQ3REVRcGo4SEJTYSIsMTc2OTg2MDgwMDAwMCwiMTAwMCJd',
  ),
};

export { cursorOf, type CursorPlace };

/**
 * The place of a cursor.
 * @param length - how many values it has
 * @throws Problem `gone` for one of another version; `invalid-request` for one of another list, or what is none
 */
export function placeOf(cursor: string, list: readonly unknown[], length: number): CursorPlace {
  const place = readCursor(cursor, list, length);
  switch (place) {
    case 'unreadable':
      throw wrongParameter('cursor', 'cursor is no cursor of this server; leave it out');
    case 'other_version':
      throw new Problem('gone', 'the cursor is of another version of this server; begin with the first page again');
    case 'other_list':
      throw wrongParameter('cursor', 'cursor belongs to a list with other parameters; repeat those, or leave it out');
    default:
      return place;
  }
}

/** A page of a list. */
export interface Page<T> {
  readonly items: T[];
  /** `null` on the last page. */
  readonly next_cursor: string | null;
}

/** The class of a page for the documentation, made from that of an item: `TokenView` has `TokenList`. */
export function listOf<T extends object>(item: Type<T>): Type<Page<T>> {
  class List {
    items!: T[];
    next_cursor!: string | null;
  }
  ApiProperty({ type: [item] })(List.prototype, 'items');
  ApiProperty({ type: String, nullable: true, example: null, description: '`null` on the last page.' })(
    List.prototype,
    'next_cursor',
  );
  Object.defineProperty(List, 'name', { value: `${item.name.replace(/View$/, '')}List` });
  return List;
}
