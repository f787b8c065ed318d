/**
 * Counts verifications in plain integers that metrics read, because each of them has to cost next to nothing, and
 * publishes them if the channel has subscribers.
 */
import { verifyChannel, type VerifyMessage } from '../channels.js';
import { DomainError } from '../errors.js';
import { Timing } from '../timing.js';
import type { Credential } from './credential.js';
import type { Verdict } from './known-token.js';

/** From the microseconds of a cached credential to the seconds of a database that hangs. */
const BOUNDS_MS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 500, 1000, 5000];

/** Of so many, one is timed: reading the clock for each would cost more than counting. A power of two. */
const TIMED_ONE_IN = 16;

/** What is told apart. */
type Outcome = Pick<VerifyMessage, 'status' | 'kind' | 'source' | 'matched'>;

/** The number of verifications with the same outcome. */
export interface VerificationCount extends Outcome {
  count: number;
}

/** The start of a verification. */
export interface CheckStart {
  readonly credential: Credential;
  readonly source: VerifyMessage['source'];
  /** By `performance.now()`; only for those that are timed. */
  readonly began: number | undefined;
}

export class VerificationTally {
  /** Few: all values are known from the code. */
  readonly counts: VerificationCount[] = [];
  /** How long those took that were timed. */
  readonly timings = { memory: new Timing(BOUNDS_MS), database: new Timing(BOUNDS_MS) };
  private passed = 0;
  /** The one that was counted last, which usually is the next one too. */
  private last: VerificationCount = { status: 'unknown', kind: null, source: 'memory', matched: null, count: 0 };

  /** When a verification begins, if it is to be timed: all are if the channel has subscribers, otherwise some. */
  began(): number | undefined {
    this.passed = (this.passed + 1) & (TIMED_ONE_IN - 1);
    return this.passed === 0 || verifyChannel.hasSubscribers ? performance.now() : undefined;
  }

  /** Runs the check, counts its outcome, and returns or throws what it did. */
  observe(start: CheckStart, check: () => Verdict | Promise<Verdict>): Verdict | Promise<Verdict> {
    try {
      const verdict = check();
      if (!(verdict instanceof Promise)) return this.ended(start, verdict);
      return verdict.then(
        (late) => this.ended(start, late),
        (error: unknown) => {
          throw this.failed(start, error);
        },
      );
    } catch (error) {
      throw this.failed(start, error);
    }
  }

  private ended(start: CheckStart, verdict: Verdict): Verdict {
    const token = 'token' in verdict ? verdict.token : undefined;
    const matched = verdict.status === 'valid' ? verdict.matched : null;
    this.add(start, verdict.status, token?.kind ?? kindNamedBy(start.credential), matched, token?.id ?? null);
    return verdict;
  }

  private failed(start: CheckStart, error: unknown): unknown {
    const status = error instanceof DomainError && error.code === 'unavailable' ? 'unavailable' : 'failed';
    this.add(start, status, kindNamedBy(start.credential), null, null);
    return error;
  }

  private add(
    { source, began }: CheckStart,
    status: Outcome['status'],
    kind: Outcome['kind'],
    matched: Outcome['matched'],
    tokenId: string | null,
  ): void {
    const { last } = this;
    if (last.status !== status || last.kind !== kind || last.source !== source || last.matched !== matched) {
      this.last = this.found({ status, kind, source, matched });
    }
    this.last.count += 1;
    if (began === undefined) return;
    const durationMs = performance.now() - began;
    this.timings[source].observe(durationMs);
    if (verifyChannel.hasSubscribers) verifyChannel.publish({ status, kind, source, matched, tokenId, durationMs });
  }

  private found(like: Outcome): VerificationCount {
    const known = this.counts.find(
      ({ status, kind, source, matched }) =>
        status === like.status && kind === like.kind && source === like.source && matched === like.matched,
    );
    if (known) return known;
    const added = { ...like, count: 0 };
    this.counts.push(added);
    return added;
  }
}

/** Those of this process. */
export const verificationTally = new VerificationTally();

function kindNamedBy(credential: Credential): string | null {
  return 'kind' in credential ? credential.kind : null;
}
