/** Causes failures of instances, and tells whether one is in progress. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from './cluster.js';

/** A process is killed and another started; listening connections are cut, one after the other; a process is suspended. */
export type FailureKind = 'kill' | 'cut' | 'hold';

const CUTS = 5;

export class Failures {
  private count = 0;
  private disturbedUntil = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly leaseMs: number,
  ) {}

  /** Settles when the cause is over; the effects last a little longer. */
  async cause(kind: FailureKind): Promise<void> {
    this.count += 1;
    this.disturbedUntil = Infinity;
    await this.caused(kind);
    this.disturbedUntil = performance.now() + 2 * this.leaseMs;
  }

  /** @returns whether nothing has been wrong since the call */
  watch(): () => boolean {
    const { count } = this;
    const wasCalm = performance.now() > this.disturbedUntil;
    return () => wasCalm && this.count === count;
  }

  private async caused(kind: FailureKind): Promise<void> {
    switch (kind) {
      case 'kill':
        await this.cluster.replace(this.cluster.any());
        return;
      case 'hold':
        await this.cluster.hold(this.cluster.any(), 1.5 * this.leaseMs);
        return;
      case 'cut':
        for (let cut = 0; cut < CUTS; cut += 1) {
          await this.cluster.cutAListener();
          await delay(this.leaseMs / 5);
        }
    }
  }
}
