/** Shares the database and the event loop among those who read long lists. */
import { DomainError } from '../errors.js';
import { Semaphore } from '../concurrency/semaphore.js';

/** Who reads: a user by their id; `null` for the server itself, which may read as much as it needs. */
export type ReaderId = number | null;

/** Slices of different readers that are read at the same time: on PostgreSQL, each takes a connection of the pool. */
const SLICES_AT_ONCE = 4;

/** When a reader who was refused may try again. */
const RETRY_AFTER_SECONDS = 5;

interface Reader {
  reads: number;
  lists: number;
  /** One slice at a time: a reader of many lists gets no more turns than a reader of one. */
  readonly turns: Semaphore;
}

export class ReadSlots {
  private readonly readers = new Map<ReaderId, Reader>();
  private readonly slices = new Semaphore({ concurrent: SLICES_AT_ONCE });

  /** @param perUser - how many long lists one user may have open */
  constructor(private readonly perUser: number) {}

  /**
   * @param isList - whether the read counts as a long list
   * @returns a function to call once, when the read is over
   * @throws DomainError `too_many_at_once`
   */
  enter(id: ReaderId, isList: boolean): () => void {
    const reader = this.readers.get(id) ?? { reads: 0, lists: 0, turns: new Semaphore({ concurrent: 1 }) };
    if (isList && id !== null && reader.lists >= this.perUser) throw tooMany(this.perUser);
    const lists = isList ? 1 : 0;
    reader.reads += 1;
    reader.lists += lists;
    this.readers.set(id, reader);
    return () => {
      reader.reads -= 1;
      reader.lists -= lists;
      if (reader.reads === 0) this.readers.delete(id);
    };
  }

  /** Runs a slice of a reader who has entered. */
  run<T>(id: ReaderId, work: () => Promise<T>): Promise<T> {
    const inTurn = (): Promise<T> => this.slices.run(work);
    return this.readers.get(id)?.turns.run(inTurn) ?? inTurn();
  }
}

function tooMany(perUser: number): DomainError {
  return new DomainError(
    'too_many_at_once',
    `You are reading ${String(perUser)} long lists or exports, as many as one user may at the same time ` +
      '(setting LONG_LISTS_PER_USER); read one to its end or close it, then try again',
    RETRY_AFTER_SECONDS,
  );
}
