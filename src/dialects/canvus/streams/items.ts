/** The items of streams: users, and what else has an id by which it is ordered. */
import type { User } from '../../../identity/index.js';
import { userView } from '../canvus.views.js';
import type { Item } from './watched-resource.js';

/** Digits of an id or a time. */
const DIGITS = 15;

/** Text that orders items by an id or a time, in milliseconds. */
export function rankOf(value: number): string {
  return String(value).padStart(DIGITS, '0');
}

/** An item that is known by a number. */
export function numbered(id: number, view: object): Item {
  return { key: String(id), rank: rankOf(id), json: JSON.stringify(view) };
}

export function userItem(user: User): Item {
  return numbered(user.id, userView(user));
}

/** Turns batches into batches of items. */
export async function* mapped<T>(
  batches: AsyncGenerator<readonly T[]>,
  item: (one: T) => Item,
): AsyncGenerator<Item[], void> {
  for await (const batch of batches) yield batch.map(item);
}

/** One batch, of items that are read at once. */
export async function* batchOf<T>(read: () => Promise<readonly T[]>, item: (one: T) => Item): AsyncGenerator<Item[]> {
  yield (await read()).map(item);
}

/** The one item of a resource that is no list. */
export async function* single(read: () => Promise<Item>): AsyncGenerator<Item[], void> {
  yield [await read()];
}
