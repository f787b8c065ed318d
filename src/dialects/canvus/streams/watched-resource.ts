/** A resource that can be watched, and its items. */
import type { Change } from '../../../core/index.js';

/** One object as it goes out. */
export interface Item {
  /** By which its changes are matched; not the id on the wire. */
  readonly key: string;
  /** One line of JSON. */
  readonly json: string;
}

export interface WatchedResource {
  /** Different from that of every other resource. */
  readonly name: string;
  /** Whether each line is an array of objects, or one object. */
  readonly isList: boolean;
  /** The user whose changes alone concern it; `null` when those of all do. */
  readonly userId: number | null;
  /** Who may watch beside administrators; `null` for everybody who is signed in. */
  readonly ownerId: number | null;

  /**
   * What is there now, committed: everything in the order of the plain list, or of these items those that exist.
   * @throws DomainError `user_not_found`, `token_not_found` when there is nothing (any more) to watch
   */
  read(keys?: readonly string[]): Promise<Item[]>;

  /** The item that a change concerns, `all` when there may be several, `undefined` when there is none. */
  affectedKey(change: Change): string | undefined;
}

/** Stands for every item of a resource. */
export const ALL = '*';
