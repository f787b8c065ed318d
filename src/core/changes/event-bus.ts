/** Delivers committed changes to the subscribers on this instance. */
import { Injectable, Logger } from '@nestjs/common';
import { ChangeRelay, type ChangePublication } from './change-relay.js';
import type { Change, ChangeClass } from './changes.js';

/**
 * Receives committed changes. The author of the change and all later changes wait for the returned promise, so long
 * work belongs elsewhere. Errors are logged and not passed on.
 */
export type ChangeListener = (change: Change) => void | Promise<void>;

/** Called when changes may have been missed and none will be from now on: discard everything that was cached. */
export type ResyncListener = () => void;

/** Delivers changes, including those of other instances, to every subscriber in commit order. */
@Injectable()
export class EventBus {
  private readonly logger = new Logger(EventBus.name);
  /** With the classes of the changes that they receive; `undefined` for all. */
  private readonly listeners = new Map<ChangeListener, readonly ChangeClass[] | undefined>();
  private readonly resyncListeners = new Set<ResyncListener>();

  /**
   * Adds a subscriber; call the returned function to remove it.
   * @param classes - of the changes to receive. Default: all changes
   */
  subscribe(listener: ChangeListener, classes?: readonly ChangeClass[]): () => void {
    this.listeners.set(listener, classes);
    return () => this.listeners.delete(listener);
  }

  /** Adds a listener for missed changes, which only occur with several instances; the returned function removes it. */
  onResync(listener: ResyncListener): () => void {
    this.resyncListeners.add(listener);
    return () => this.resyncListeners.delete(listener);
  }

  /** For the relay only: delivers committed changes; resolves when all subscribers have finished. */
  async deliver(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      const concerned = [...this.listeners].filter(
        ([, classes]) => classes?.some((one) => change instanceof one) ?? true,
      );
      await Promise.all(concerned.map(([listener]) => this.attempt(change.type, () => listener(change))));
    }
  }

  /** For the relay only: changes may have been missed until now. */
  resync(): void {
    for (const listener of this.resyncListeners) void this.attempt('a resync', listener);
  }

  private async attempt(what: string, notify: () => void | Promise<void>): Promise<void> {
    try {
      await notify();
    } catch (error) {
      this.logger.error(`a listener failed on ${what}`, error instanceof Error ? error.stack : undefined);
    }
  }
}

/** The relay of a process that does not share its database with other instances. */
export class LocalRelay extends ChangeRelay {
  constructor(private readonly events: EventBus) {
    super();
  }

  isCurrent(): boolean {
    return true;
  }

  newPublication(): ChangePublication {
    let sent: readonly Change[] = [];
    return {
      publish: (_manager, changes) => {
        sent = changes;
        return Promise.resolve();
      },
      acknowledged: () => this.events.deliver(sent),
      close: () => undefined,
    };
  }
}
