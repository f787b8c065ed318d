/** Publishes a unit of work on its channel. */
import type { Change } from '../changes/changes.js';
import { writeChannel, type WriteMessage } from '../channels.js';
import { DomainError, UniqueViolation } from '../errors.js';
import type { Actor } from './actor.js';

/** Collects the stages of a unit of work. Create it only if the channel has subscribers. */
export class ObservedWrite {
  private readonly began = performance.now();
  private committedAt: number | undefined;
  private changes: readonly Change[] = [];

  constructor(private readonly author: Actor) {}

  /** Call when the work is done, before the commit. The last call counts, because work may be retried. */
  worked(changes: readonly Change[]): void {
    this.changes = changes;
  }

  committed(): void {
    this.committedAt = performance.now();
  }

  /** Call once, at the end. @param error - the error that the caller gets, if any */
  ended(error?: unknown): void {
    const now = performance.now();
    const isCommitted = this.committedAt !== undefined;
    writeChannel.publish({
      outcome: isCommitted ? 'committed' : 'rolled_back',
      code: codeOf(error),
      author: this.author,
      changes: isCommitted ? this.changes : [],
      durationMs: now - this.began,
      propagationMs: now - (this.committedAt ?? now),
    });
  }
}

function codeOf(error: unknown): WriteMessage['code'] {
  if (error instanceof DomainError) return error.code;
  return error instanceof UniqueViolation ? 'unique' : null;
}
