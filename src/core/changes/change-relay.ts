/** How a committed change reaches every instance, and what an instance knows of it. */
import type { EntityManager } from 'typeorm';
import type { Change } from './changes.js';
import type { EventBus } from './event-bus.js';

/** One unit of work's changes on their way. */
export interface ChangePublication {
  /**
   * Inside the transaction: goes out with its commit, or not at all. May be called again when the work is tried again;
   * the last call counts.
   * @param isAlreadyRevoked - whether the author wanted to withdraw something that is withdrawn already
   */
  publish(manager: EntityManager, changes: readonly Change[], isAlreadyRevoked: boolean): Promise<void>;

  /**
   * After the commit: settles when this instance has delivered the changes and, if one of them
   * {@link Change.revokesAccess revokes} something or it is done already, when no other instance relies any more on what
   * was before.
   * @throws DomainError `unavailable` when that cannot be found out; the change itself stands
   */
  acknowledged(): Promise<void>;

  /** In any case, at the end. */
  close(): void;
}

/** Also the injection token. */
export abstract class ChangeRelay {
  abstract newPublication(): ChangePublication;

  /** Whether this instance hears of every change now: only then may it answer from memory. */
  abstract isCurrent(): boolean;
}

/** For a process that has its database to itself. */
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
