/** Publishes a unit of work on its channel, and ends its span. */
import type { Span } from '@opentelemetry/api';
import type { Change } from '../changes/changes.js';
import { writeChannel, type WriteMessage } from '../channels.js';
import { DomainError, UniqueViolation } from '../errors.js';
import { markFailed, withinSpan } from '../tracing.js';
import type { Actor } from './actor.js';

/** Collects the stages of a unit of work. Create it only if the channel has subscribers, or there is a span. */
export class ObservedWrite {
  private readonly began = performance.now();
  private committedAt: number | undefined;
  private changes: readonly Change[] = [];

  constructor(
    private readonly author: Actor,
    private readonly span?: Span,
  ) {}

  /** Runs the work as part of the span. */
  run<T>(work: () => T): T {
    return this.span ? withinSpan(this.span, work) : work();
  }

  /** Call when the work is done, before the commit. The last call counts, because work may be retried. */
  worked(changes: readonly Change[]): void {
    this.changes = changes;
  }

  committed(): void {
    this.committedAt = performance.now();
    this.span?.addEvent('committed');
  }

  /** Call once, at the end. @param error - the error that the caller gets, if any */
  ended(error?: unknown): void {
    const now = performance.now();
    const isCommitted = this.committedAt !== undefined;
    const outcome = isCommitted ? 'committed' : 'rolled_back';
    const code = codeOf(error);
    const changes = isCommitted ? this.changes : [];
    this.endSpan(outcome, code, changes, error);
    writeChannel.publish({
      outcome,
      code,
      author: this.author,
      changes,
      durationMs: now - this.began,
      propagationMs: now - (this.committedAt ?? now),
    });
  }

  private endSpan(
    outcome: WriteMessage['outcome'],
    code: WriteMessage['code'],
    changes: readonly Change[],
    error: unknown,
  ): void {
    const { span } = this;
    if (!span) return;
    span.setAttributes({
      'latchkey.outcome': outcome,
      'latchkey.changes': [...new Set(changes.map(({ type }) => type))],
    });
    if (error !== undefined) markFailed(span, code ?? nameOf(error), code === null || code === 'unavailable');
    span.end();
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : typeof error;
}

function codeOf(error: unknown): WriteMessage['code'] {
  if (error instanceof DomainError) return error.code;
  return error instanceof UniqueViolation ? 'unique' : null;
}
