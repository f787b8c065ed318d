/** One read of a list: a short one as long as one slice is enough, a long one from the second slice on. */
import { longReadChannel, type LongReadMessage } from '../channels.js';
import { DomainError } from '../errors.js';
import { nextTurn } from '../concurrency/turns.js';
import type { ReadSlots, ReaderId } from './read-slots.js';
import type { SliceRunner } from './slice-cursor.js';
import type { UnitOfWork } from './unit-of-work.js';

export class SlicedRead {
  /** Set it before {@link SlicedRead.end}. */
  outcome: LongReadMessage['outcome'] = 'abandoned';
  private slices = 0;
  private leave: (() => void) | undefined;
  private readonly began = longReadChannel.hasSubscribers ? performance.now() : undefined;

  /** @param isList - whether it counts as a long list of the reader */
  constructor(
    private readonly slots: ReadSlots,
    private readonly unitOfWork: UnitOfWork,
    private readonly reader: ReaderId,
    private readonly isList: boolean,
  ) {}

  /** Runs the work of one slice, in a turn of its own. @throws DomainError `too_many_at_once` by the second one */
  readonly slice: SliceRunner = (work) => {
    const inTurn = async (): ReturnType<typeof work> => {
      await nextTurn();
      return this.unitOfWork.read(work);
    };
    this.slices += 1;
    if (this.slices === 1) return inTurn();
    this.leave ??= this.slots.enter(this.reader, this.isList);
    return this.slots.run(this.reader, inTurn);
  };

  /** @param error - what the read has failed with, if it has */
  end(error?: unknown): void {
    this.leave?.();
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
