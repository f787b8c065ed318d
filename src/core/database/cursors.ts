/** Cursors as text: the place where a page of a list has ended, and which list that was. */
import { hash } from 'node:crypto';

/** Raised when the meaning of places changes. */
const VERSION = 1;

/** Where a page has ended: values by which the next one continues. */
export type CursorPlace = readonly (string | number | null)[];

/** Why a text is no cursor of a list. */
export type CursorFlaw = 'unreadable' | 'other_version' | 'other_list';

/**
 * A cursor as text.
 * @param list - what it continues: the name of the list, and its other parameters
 */
export function cursorOf(place: CursorPlace, list: readonly unknown[]): string {
  return Buffer.from(JSON.stringify([VERSION, digestOf(list), ...place])).toString('base64url');
}

/**
 * The place of a cursor, or what is wrong with it.
 * @param length - how many values it has
 */
export function readCursor(cursor: string, list: readonly unknown[], length: number): CursorPlace | CursorFlaw {
  const [version, digest, ...place] = valuesIn(cursor);
  if (typeof version !== 'number') return 'unreadable';
  if (version !== VERSION) return 'other_version';
  const isPlace = (value: unknown): value is CursorPlace[number] =>
    value === null || typeof value === 'string' || Number.isSafeInteger(value);
  return digest === digestOf(list) && place.length === length && place.every(isPlace) ? place : 'other_list';
}

function valuesIn(cursor: string): unknown[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(values) ? (values as unknown[]) : [];
  } catch {
    return [];
  }
}

function digestOf(list: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(list), 'base64url').slice(0, 12);
}
