/** Shares the database and the event loop among those who read long lists. */
import type { Values } from '../../settings/index.js';
import type { LONG_LIST_SETTINGS } from '../core.settings.js';
import { DomainError } from '../errors.js';
import { Semaphore } from '../concurrency/semaphore.js';

/** Who reads: a user by their id; `null` for the server itself, which may read as much as it needs. */
export type ReaderId = number | null;

/**
 * A `list` goes on for as long as its client reads it; so does a `part` of one, which is no longer than a page. Nobody is
 * waited for by a `whole` read: a search, a count, or a page that is put together before it is sent.
 */
export type ReadKind = 'list' | 'part' | 'whole';

/** Slices of different readers that are read at the same time: on PostgreSQL, each takes a connection of the pool. */
const SLICES_AT_ONCE = 4;

/** When a reader who was refused may try again. */
const RETRY_AFTER_SECONDS = 5;

interface Reader {
  lists: number;
  others: number;
  /** One slice at a time: a reader of many lists gets no more turns than a reader of one. */
  readonly turns: Semaphore;
  /** One search, count or page at a time. */
  readonly wholes: Semaphore;
}

export class ReadSlots {
  private readonly readers = new Map<ReaderId, Reader>();
  private readonly slices = new Semaphore({ concurrent: SLICES_AT_ONCE });

  constructor(private readonly limits: Pick<Values<typeof LONG_LIST_SETTINGS>, 'perUser' | 'searchesPerUser'>) {}

  /**
   * Waits until the read may go on.
   * @returns a function to call once, when the read is over
   * @throws DomainError `too_many_at_once`
   */
  async enter(id: ReaderId, kind: ReadKind): Promise<() => void> {
    const reader = this.readers.get(id) ?? newReader();
    const count = kind === 'list' ? 'lists' : 'others';
    if (id !== null) this.requireFreeSlot(reader, count);
    reader[count] += 1;
    this.readers.set(id, reader);
    const release = kind === 'whole' && id !== null ? await held(reader.wholes) : undefined;
    return () => {
      release?.();
      reader[count] -= 1;
      if (reader.lists + reader.others === 0) this.readers.delete(id);
    };
  }

  /** Runs a slice of a reader who has entered. */
  run<T>(id: ReaderId, work: () => Promise<T>): Promise<T> {
    const inTurn = (): Promise<T> => this.slices.run(work);
    return this.readers.get(id)?.turns.run(inTurn) ?? inTurn();
  }

  private requireFreeSlot(reader: Reader, count: 'lists' | 'others'): void {
    const { perUser, searchesPerUser } = this.limits;
    if (count === 'lists' && reader.lists >= perUser) {
      throw tooMany(perUser, 'long lists or exports open', 'LONG_LISTS_PER_USER', 'read one to its end or close it');
    }
    if (count === 'others' && reader.others >= searchesPerUser) {
      throw tooMany(
        searchesPerUser,
        'searches, counts or long pages running',
        'SEARCHES_PER_USER',
        'wait for an answer',
      );
    }
  }
}

function newReader(): Reader {
  const one = (): Semaphore => new Semaphore({ concurrent: 1 });
  return { lists: 0, others: 0, turns: one(), wholes: one() };
}

/** Takes the place of a semaphore when it is free. @returns how it is given back */
function held(semaphore: Semaphore): Promise<() => void> {
  return new Promise((resolve) => {
    void semaphore.run(
      () =>
        new Promise<void>((release) => {
          resolve(release);
        }),
    );
  });
}

function tooMany(limit: number, what: string, setting: string, advice: string): DomainError {
  return new DomainError(
    'too_many_at_once',
    `You have ${String(limit)} ${what}, the limit for one user (setting ${setting}); ${advice}, then try again`,
    RETRY_AFTER_SECONDS,
  );
}
