/** Tells whoever listens of changes, after they were committed. */
import { Injectable, Logger } from '@nestjs/common';
import type { Change } from './changes.js';

/** Receives committed changes; what it throws is logged and does not reach the author of the change. */
export type ChangeListener = (change: Change) => void | Promise<void>;

/**
 * Delivers committed changes, in the order of their commits, to every subscriber.
 * `publish` settles when all have taken them, so that a caller's answer leaves after the caches were emptied.
 */
@Injectable()
export class EventBus {
  private readonly logger = new Logger(EventBus.name);
  private readonly listeners = new Set<ChangeListener>();

  /** Starts listening; call the returned function to stop. */
  subscribe(listener: ChangeListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** For the unit of work alone: hands over changes that are durable. */
  async publish(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      await Promise.all([...this.listeners].map((listener) => this.deliver(listener, change)));
    }
  }

  private async deliver(listener: ChangeListener, change: Change): Promise<void> {
    try {
      await listener(change);
    } catch (error) {
      this.logger.error(`a listener failed on ${change.type}`, error instanceof Error ? error.stack : undefined);
    }
  }
}
