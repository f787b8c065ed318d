/** The relay of a server on an SQLite file: it notices what other processes commit to the file. */
import type { OnModuleDestroy } from '@nestjs/common';
import { LocalRelay, type EventBus } from '../../core/index.js';

/** How often to ask while nothing is verified, so that open streams notice as well. */
const IDLE_CHECK_MS = 500;

/** Reads a number that changes with each commit of another process. */
export interface ForeignCommits {
  get(): number | undefined;
}

/**
 * Before anything is answered from memory, asks SQLite whether another process has committed; if so, all that was cached
 * is discarded. It asks at most once per turn of the event loop: a request that another process sent after its commit
 * arrives in a later turn. Commits of this process do not count, as they are delivered with their changes.
 */
export class SqliteRelay extends LocalRelay implements OnModuleDestroy {
  private readonly bus: EventBus;
  private seen: number | undefined;
  private askedInThisTurn = false;
  private isStopped = false;
  private readonly timer: NodeJS.Timeout;

  constructor(
    events: EventBus,
    private readonly foreignCommits: ForeignCommits,
  ) {
    super(events);
    this.bus = events;
    this.seen = foreignCommits.get();
    this.timer = setInterval(() => {
      this.ask();
    }, IDLE_CHECK_MS).unref();
  }

  override isCurrent(): boolean {
    if (!this.askedInThisTurn && !this.isStopped) {
      this.askedInThisTurn = true;
      setImmediate(this.endTurn);
      this.ask();
    }
    return true;
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.isStopped = true;
  }

  private readonly endTurn = (): void => {
    this.askedInThisTurn = false;
  };

  private ask(): void {
    const now = this.foreignCommits.get();
    if (now === this.seen) return;
    this.seen = now;
    this.bus.resync();
  }
}
