/** One read of a list: a short one as long as one slice is enough, a long one from the second slice on. */
import { longReadChannel, type LongReadMessage } from '../channels.js';
import { DomainError } from '../errors.js';
import { nextTurn } from '../concurrency/turns.js';
import type { ReadKind, ReadSlots, ReaderId } from './read-slots.js';
import type { SliceRunner } from './slice-cursor.js';
import type { UnitOfWork } from './unit-of-work.js';

export class SlicedRead {
  /** Set it before {@link SlicedRead.end}. */
  outcome: LongReadMessage['outcome'] = 'abandoned';
  private slices = 0;
  private entry: Promise<() => void> | undefined;
  private isOver = false;
  private readonly began = longReadChannel.hasSubscribers ? performance.now() : undefined;

  constructor(
    private readonly slots: ReadSlots,
    private readonly unitOfWork: UnitOfWork,
    private readonly reader: ReaderId,
    private readonly kind: ReadKind,
  ) {}

  /** Runs the work of one slice, in a turn of its own. @throws DomainError `too_many_at_once` by the second one */
  readonly slice: SliceRunner = (work) => {
    const inTurn = async (): ReturnType<typeof work> => {
      await nextTurn();
      return this.unitOfWork.read(work);
    };
    this.slices += 1;
    if (this.slices === 1) return inTurn();
    this.entry ??= this.slots.enter(this.reader, this.kind);
    return this.entry.then(() => this.slots.run(this.reader, inTurn));
  };

  /** @param error - what the read has failed with, if it has */
  end(error?: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    // One that was refused has nothing to leave.
    void this.entry?.then(
      (leave) => {
        leave();
      },
      () => undefined,
    );
    if (error !== undefined) this.outcome = isRefusal(error) ? 'refused' : 'failed';
    if (this.began === undefined || this.slices < 2) return;
    longReadChannel.publish({
      outcome: this.outcome,
      userId: this.reader,
      slices: this.slices,
      durationMs: performance.now() - this.began,
    });
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'too_many_at_once';
}
