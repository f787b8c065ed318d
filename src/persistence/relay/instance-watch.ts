/** Clears away instances that have died, so that the next withdrawal need not wait for them. */
import type { InstanceRegistry } from './instance-registry.js';
import { MARGIN_MS, type LeaseTimes } from './lease.js';

interface Sighting {
  readonly renewals: number;
  readonly fenced: boolean;
  readonly since: number;
}

export class InstanceWatch {
  private sightings = new Map<string, Sighting>();
  private looking = false;

  constructor(
    private readonly registry: InstanceRegistry,
    private readonly times: LeaseTimes,
  ) {}

  /** To be called now and then; what fails is tried again the next time. @param own - ids of the watcher itself */
  look(own: readonly string[]): void {
    if (this.looking) return;
    this.looking = true;
    this.round(own)
      .catch(() => undefined)
      .finally(() => (this.looking = false));
  }

  private async round(own: readonly string[]): Promise<void> {
    const now = performance.now();
    const seen = new Map<string, Sighting>();
    for (const { id, renewals, fenced } of await this.registry.others(own)) {
      const before = this.sightings.get(id);
      const isSame = before?.renewals === renewals && before.fenced === fenced;
      seen.set(id, isSame ? before : { renewals, fenced, since: now });
    }
    this.sightings = seen;
    const still = [...seen].filter(([, { since }]) => now > since + this.times.trustMs + MARGIN_MS);
    const [dead, silent] = [still.filter(([, { fenced }]) => fenced), still.filter(([, { fenced }]) => !fenced)];
    if (silent.length > 0) await this.registry.fence(silent.map(([id]) => id));
    if (dead.length > 0) await this.registry.remove(dead.map(([id]) => id));
  }
}
