/** Waits, after the commit, until no other instance can still accept what a unit of work has revoked. */
import { setTimeout as delay } from 'node:timers/promises';
import { DomainError } from '../../core/index.js';
import { relayChannel } from '../channels.js';
import { Unresponsive } from '../postgres-watch.js';
import type { InstanceRegistry } from './instance-registry.js';
import type { Instance } from './instance.entity.js';
import { MARGIN_MS, type LeaseTimes } from './lease.js';
import type { PendingChange } from './pending-change.js';

/** How long a change waits while the table of instances cannot be read, and the pause between attempts. */
const TABLE_TIMEOUT_MS = 10_000;
const TABLE_RETRY_MS = 100;

/** The parts of the local instance that a waiting revocation needs. */
export interface LocalInstance {
  /** Whether an id is or was this instance's own. */
  isOwn(id: string): boolean;
  /** Asks for the acknowledgements again, if some may have been missed. */
  requestAcknowledgements(pending: PendingChange): Promise<void>;
}

/** One wait: when it began, and when it learned of each fenced instance. */
interface BarrierWait {
  readonly pending: PendingChange;
  readonly begun: number;
  readonly fencedSince: Map<string, number>;
}

export class RevocationBarrier {
  constructor(
    private readonly registry: InstanceRegistry,
    private readonly times: LeaseTimes,
    private readonly local: LocalInstance,
  ) {}

  /**
   * Waits for every instance. One that does not acknowledge in time is fenced, and waited for until its lease ends.
   * @throws DomainError `unavailable` when the table of instances stays unreadable, or PostgreSQL does not answer at all
   */
  async wait(pending: PendingChange): Promise<void> {
    const began = relayChannel.hasSubscribers ? performance.now() : undefined;
    let outcome: 'confirmed' | 'unconfirmed' = 'unconfirmed';
    try {
      await this.waitForAll(pending);
      outcome = 'confirmed';
    } finally {
      if (began !== undefined) {
        relayChannel.publish({ event: 'revocation', outcome, waitMs: performance.now() - began });
      }
    }
  }

  private async waitForAll(pending: PendingChange): Promise<void> {
    const wait: BarrierWait = { pending, begun: performance.now(), fencedSince: new Map() };
    let unreadableSince: number | undefined;
    let rows: Instance[] | undefined;
    for (;;) {
      try {
        rows ??= await this.registry.all();
        const waitingFor = await this.waitingFor(wait, rows);
        rows = await Promise.race([pending.acknowledgedByAll(waitingFor), this.registry.nextPoll()]).then(
          (seen) => seen ?? undefined,
        );
        if (!rows) return;
        unreadableSince = undefined;
      } catch (error) {
        if (error instanceof Unresponsive) throw notConfirmed();
        unreadableSince ??= performance.now();
        if (performance.now() > unreadableSince + TABLE_TIMEOUT_MS) throw notConfirmed();
        await delay(TABLE_RETRY_MS);
        rows = undefined;
      }
    }
  }

  /** The ids of the given instances that may still rely on the state before the change. */
  private async waitingFor({ pending, begun, fencedSince }: BarrierWait, rows: readonly Instance[]): Promise<string[]> {
    const now = performance.now();
    const { over, waited, silent } = this.classify(rows, pending, fencedSince, now);
    if (over.length > 0) await this.registry.remove(over);
    if (silent.length > 0 && now > begun + this.times.acknowledgeWithinMs) {
      await this.registry.fence(silent);
      const fencedBy = performance.now();
      for (const id of silent) fencedSince.set(id, fencedBy);
    } else if (waited.length > 0) {
      await this.local.requestAcknowledgements(pending);
    }
    return waited;
  }

  private classify(
    rows: readonly Instance[],
    pending: PendingChange,
    fencedSince: Map<string, number>,
    now: number,
  ): { over: string[]; waited: string[]; silent: string[] } {
    const others = rows.filter(({ id }) => !this.local.isOwn(id) && !pending.isAcknowledgedBy(id));
    for (const { id, fenced } of others) if (fenced && !fencedSince.has(id)) fencedSince.set(id, now);
    const isOver = ({ id, trustMs }: Instance): boolean => now > (fencedSince.get(id) ?? now) + trustMs + MARGIN_MS;
    const waited = others.filter((row) => !isOver(row));
    return {
      over: others.filter(isOver).map(({ id }) => id),
      waited: waited.map(({ id }) => id),
      silent: waited.filter(({ fenced }) => !fenced).map(({ id }) => id),
    };
  }
}

function notConfirmed(): DomainError {
  const what = 'the change was saved, but the database became unavailable before every instance had confirmed it';
  return new DomainError('unavailable', `${what}; check the result and try again`, 2);
}
