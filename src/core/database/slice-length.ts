/** How many rows one slice passes over: the first ones few, so that early hits are cheap, and the next ones more. */
import type { EntityManager } from 'typeorm';
import { dataSourceOf } from './row-mapper.js';

const FIRST = 2000;

/** PostgreSQL works elsewhere, and every statement costs it about a millisecond: this many take it some ten. */
const MOST_ON_POSTGRES = 50_000;

/** SQLite works in the thread of the event loop. Usual rows take it some milliseconds, long texts ten times as much. */
const MOST_ON_SQLITE = 8000;
const LEAST_ON_SQLITE = 500;
const WANTED_MS_ON_SQLITE = 5;

export class SliceLength {
  private length = FIRST;
  private before: NodeJS.CpuUsage | undefined;

  get rows(): number {
    return this.length;
  }

  /** Whether it is as long as PostgreSQL's become. */
  get isLongest(): boolean {
    return this.length === MOST_ON_POSTGRES;
  }

  begin(): void {
    this.before = process.cpuUsage();
  }

  /** A slice of this length is over. Its processor time counts: on a busy machine, smaller slices would only take longer. */
  end(manager: EntityManager): void {
    if (dataSourceOf(manager).options.type === 'postgres') {
      this.length = Math.min(MOST_ON_POSTGRES, this.length * 5);
      return;
    }
    const { user, system } = process.cpuUsage(this.before);
    const ms = (user + system) / 1000;
    const factor = ms > WANTED_MS_ON_SQLITE ? 1 / 2 : ms > WANTED_MS_ON_SQLITE / 2 ? 1 : 2;
    this.length = Math.min(MOST_ON_SQLITE, Math.max(LEAST_ON_SQLITE, this.length * factor));
  }
}
