/** Removes instances that have died, so that the next revocation need not wait for them. */
import type { InstanceRegistry } from './instance-registry.js';
import { MARGIN_MS } from './lease.js';

interface Observation {
  readonly renewals: number;
  readonly fenced: boolean;
  readonly trustMs: number;
  /** When it was first seen like this, at the earliest. */
  readonly since: number;
}

export class InstanceReaper {
  private observations = new Map<string, Observation>();
  private isSweeping = false;

  constructor(private readonly registry: InstanceRegistry) {}

  /** To be called now and then; what fails is tried again the next time. @param own - id of the watcher itself */
  sweep(own: string): void {
    if (this.isSweeping) return;
    this.isSweeping = true;
    this.sweepOnce(own)
      .catch(() => undefined)
      .finally(() => (this.isSweeping = false));
  }

  private async sweepOnce(own: string): Promise<void> {
    const rows = await this.registry.all();
    // Not before: what was read may have become so while the reading waited for its turn.
    const now = performance.now();
    const seen = new Map<string, Observation>();
    for (const { id, renewals, fenced, trustMs } of rows) {
      const before = this.observations.get(id);
      const isSame = before?.renewals === renewals && before.fenced === fenced;
      if (id !== own) seen.set(id, isSame ? before : { renewals, fenced, trustMs, since: now });
    }
    this.observations = seen;
    const still = [...seen].filter(([, { since, trustMs }]) => now > since + trustMs + MARGIN_MS);
    const [dead, silent] = [still.filter(([, { fenced }]) => fenced), still.filter(([, { fenced }]) => !fenced)];
    if (silent.length > 0) await this.registry.fence(silent.map(([id]) => id));
    if (dead.length > 0) await this.registry.remove(dead.map(([id]) => id));
  }
}
