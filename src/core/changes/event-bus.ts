/** Tells whoever listens, on this instance, of committed changes. */
import { Injectable, Logger } from '@nestjs/common';
import type { Change } from './changes.js';

/**
 * Receives committed changes. What it returns is waited for, by the author of the change and by the changes after it,
 * so long work belongs elsewhere; what it throws is logged and reaches nobody.
 */
export type ChangeListener = (change: Change) => void | Promise<void>;

/** Is told that changes may have been missed, and that from now on none is: whatever was remembered is read again. */
export type ResyncListener = () => void;

/** Delivers changes, those of other instances included, to every subscriber in the order of their commits. */
@Injectable()
export class EventBus {
  private readonly logger = new Logger(EventBus.name);
  private readonly listeners = new Set<ChangeListener>();
  private readonly resyncListeners = new Set<ResyncListener>();

  /** Starts listening; call the returned function to stop. */
  subscribe(listener: ChangeListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Starts listening for gaps, which only an instance beside others can have; call the returned function to stop. */
  onResync(listener: ResyncListener): () => void {
    this.resyncListeners.add(listener);
    return () => this.resyncListeners.delete(listener);
  }

  /** For the relay alone: hands over changes that are durable; settles when all have taken them. */
  async deliver(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      await Promise.all([...this.listeners].map((listener) => this.attempt(change.type, () => listener(change))));
    }
  }

  /** For the relay alone: changes may have been missed until now. */
  resync(): void {
    for (const listener of this.resyncListeners) void this.attempt('a resync', listener);
  }

  private async attempt(what: string, tell: () => void | Promise<void>): Promise<void> {
    try {
      await tell();
    } catch (error) {
      this.logger.error(`a listener failed on ${what}`, error instanceof Error ? error.stack : undefined);
    }
  }
}
