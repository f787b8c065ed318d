/** A resource that clients can watch, and its items. */
import type { Change } from '../../../core/index.js';
import type { WatchAccess } from '../../../streams/index.js';

/** One object as it is sent. */
export interface Item {
  /** Key that changes are matched by; not the id on the wire. */
  readonly key: string;
  /** Orders the items as the plain list does, when compared as text. */
  readonly rank: string;
  /** One line of JSON. */
  readonly json: string;
}

export interface WatchedResource {
  /** Unique name of the resource. */
  readonly name: string;
  /** Whether each line is an array of objects, or one object. */
  readonly isList: boolean;
  /** The only user whose changes affect it; `null` if those of all users do. */
  readonly userId: number | null;
  readonly access: WatchAccess;

  /**
   * Reads the committed state in batches: all items in the order of the plain list or, of the given keys, the items that
   * exist. Each batch comes in a turn of the event loop of its own.
   * @throws DomainError `user_not_found` or `token_not_found` if the resource does not exist (any more)
   */
  read(keys?: readonly string[]): AsyncGenerator<Item[], void>;

  /** The key of the item that a change affects, `ALL` if there may be several, `undefined` if there is none. */
  affectedKey(change: Change): string | undefined;
}

/** The key that stands for all items of a resource. */
export const ALL = '*';
