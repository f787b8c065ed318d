/** Removes dead instances, so that the next revocation does not have to wait for them. */
import { relayChannel } from '../channels.js';
import type { Instance } from './instance.entity.js';
import type { InstanceRegistry } from './instance-registry.js';
import { MARGIN_MS } from './lease.js';

interface Observation {
  readonly renewals: number;
  readonly fenced: boolean;
  readonly trustMs: number;
  /** When it was first seen in this state. */
  readonly since: number;
}

export class InstanceReaper {
  private observations = new Map<string, Observation>();
  private isSweeping = false;

  constructor(private readonly registry: InstanceRegistry) {}

  /** Call regularly; a failed sweep is repeated by the next call. @param own - this instance's own id */
  sweep(own: string): void {
    if (this.isSweeping) return;
    this.isSweeping = true;
    this.sweepOnce(own)
      .catch(() => undefined)
      .finally(() => (this.isSweeping = false));
  }

  private async sweepOnce(own: string): Promise<void> {
    const rows = await this.registry.all();
    if (relayChannel.hasSubscribers) publishInstances(rows);
    // Taken after the read, because the rows may have changed while the read was queued.
    const now = performance.now();
    const seen = new Map<string, Observation>();
    for (const { id, renewals, fenced, trustMs } of rows) {
      const previous = this.observations.get(id);
      const isUnchanged = previous?.renewals === renewals && previous.fenced === fenced;
      if (id !== own) seen.set(id, isUnchanged ? previous : { renewals, fenced, trustMs, since: now });
    }
    this.observations = seen;
    const stale = [...seen].filter(([, { since, trustMs }]) => now > since + trustMs + MARGIN_MS);
    const [dead, silent] = [stale.filter(([, { fenced }]) => fenced), stale.filter(([, { fenced }]) => !fenced)];
    if (silent.length > 0) await this.registry.fence(silent.map(([id]) => id));
    if (dead.length > 0) await this.registry.remove(dead.map(([id]) => id));
  }
}

function publishInstances(rows: readonly Instance[]): void {
  const fenced = rows.filter((row) => row.fenced).length;
  relayChannel.publish({ event: 'instances', trusted: rows.length - fenced, fenced });
}
