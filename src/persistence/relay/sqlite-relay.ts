/** The relay of a server on an SQLite file: it notices what other processes commit to the file. */
import { readSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import type { OnModuleDestroy } from '@nestjs/common';
import type Database from 'better-sqlite3';
import { LocalRelay, type EventBus } from '../../core/index.js';

/** How often to ask while nothing is verified, so that open streams notice as well. */
const IDLE_CHECK_MS = 500;

/** Counts the commits of other processes. */
export interface ForeignCommits {
  /** Whether there may be a commit since the last call, by anybody; cheaper than the count. */
  mayHaveChanged(): boolean;

  /** Changes with each commit of another process. @throws if the database cannot be read */
  count(): number | undefined;
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
    foreignCommits.mayHaveChanged();
    this.seen = foreignCommits.count();
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
    const now = this.foreignCount();
    // While the database cannot be read, nothing is kept: the next read says what is wrong.
    if (now !== undefined && now === this.seen) return;
    this.seen = now;
    this.bus.resync();
  }

  private foreignCount(): number | undefined {
    try {
      const mustCount = this.foreignCommits.mayHaveChanged() || this.seen === undefined;
      return mustCount ? this.foreignCommits.count() : this.seen;
    } catch {
      return undefined;
    }
  }
}

/**
 * Counts the commits of other processes, as SQLite's `data_version`.
 * @param connection - the one that writes: the number of any other would also change with each commit of this process
 */
export function foreignCommitsOf(connection: Database.Database): ForeignCommits {
  const version = connection.prepare<[], number>('PRAGMA data_version').pluck();
  const count = (): number | undefined => version.get();
  // SQLite opens the index when the log is first used.
  count();
  const index = SqliteWalIndex.of(connection.name);
  return { mayHaveChanged: () => index?.hasChanged() ?? true, count };
}

/** Linux's list of this process's open files. */
const OPEN_FILES = '/proc/self/fd';

/** Size of one copy of the header (https://www.sqlite.org/walformat.html, "The WAL-Index Header"). */
const HEADER_BYTES = 48;

/**
 * The header of SQLite's WAL index, which changes with every commit to the file and costs less to read than a query.
 *
 * It is read through the file descriptor that SQLite holds itself. The file is never opened: closing a descriptor of our
 * own would release the POSIX locks that SQLite holds on it.
 */
export class SqliteWalIndex {
  private readonly current = new Int32Array(HEADER_BYTES / Int32Array.BYTES_PER_ELEMENT);
  private readonly last = new Int32Array(this.current.length);

  private constructor(private readonly descriptor: number) {}

  /**
   * @param database - path of an open database in WAL mode
   * @returns `undefined` where the header cannot be read: on systems without `/proc`, or while nothing has used the log
   */
  static of(database: string): SqliteWalIndex | undefined {
    const descriptor = openFile(`${database}-shm`);
    return descriptor === undefined ? undefined : new SqliteWalIndex(descriptor);
  }

  /**
   * Whether the header differs from that of the previous call; `true` the first time, and when it cannot be read. A header
   * that is read while it is written differs from what it is afterwards, so that the next call reports a change again.
   */
  hasChanged(): boolean {
    const { current, last } = this;
    if (readSync(this.descriptor, current, 0, HEADER_BYTES, 0) !== HEADER_BYTES) return true;
    let differs = false;
    for (let index = 0; index < last.length; index += 1) {
      const word = current[index] ?? 0;
      differs ||= word !== last[index];
      last[index] = word;
    }
    return differs;
  }
}

function openFile(path: string): number | undefined {
  try {
    const wanted = realpathSync(path);
    const found = readdirSync(OPEN_FILES).find((descriptor) => targetOf(descriptor) === wanted);
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}

/** `undefined` for a file that was closed since the list was read. */
function targetOf(descriptor: string): string | undefined {
  try {
    return readlinkSync(`${OPEN_FILES}/${descriptor}`);
  } catch {
    return undefined;
  }
}
