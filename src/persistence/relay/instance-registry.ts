/** Reads and changes the table of instances; concurrent reads are shared. */
import { setTimeout as delay } from 'node:timers/promises';
import { In, type DataSource, type EntityManager } from 'typeorm';
import { relayChannel } from '../channels.js';
import { engineOf } from '../engine.js';
import { PostgresWatch } from '../postgres-watch.js';
import { onPrimary } from '../primary.js';
import { Instance } from './instance.entity.js';

/** Interval at which all waiting revocations together poll the table. */
const POLL_MS = 25;

export class InstanceRegistry {
  private reading: Promise<Instance[]> | undefined;
  private nextReading: Promise<Instance[]> | undefined;
  private pendingPoll: Promise<Instance[]> | undefined;

  /**
   * @param answerMs - how long PostgreSQL may not answer at all. Default: as long as a statement may take.
   * @param manager - of the connection to use. Default: those of the pool
   */
  constructor(
    private readonly dataSource: DataSource,
    private readonly answerMs?: number,
    private readonly manager?: EntityManager,
  ) {}

  /** The same over one connection, which nobody else uses. */
  over(manager: EntityManager): InstanceRegistry {
    return new InstanceRegistry(this.dataSource, this.answerMs, manager);
  }

  /** All rows, from a read that begins after the call. Calls made during one read share the next one. */
  all(): Promise<Instance[]> {
    if (!this.reading) return this.read();
    const read = (): Promise<Instance[]> => this.read();
    this.nextReading ??= this.reading.then(read, read);
    return this.nextReading;
  }

  /** All rows, read after the poll interval; one read serves all waiting callers. */
  nextPoll(): Promise<Instance[]> {
    this.pendingPoll ??= delay(POLL_MS).then(() => {
      this.pendingPoll = undefined;
      return this.all();
    });
    return this.pendingPoll;
  }

  /** Marks instances so that their leases can no longer be renewed. */
  async fence(ids: readonly string[]): Promise<void> {
    await this.writer.update(Instance, { id: In([...ids]), fenced: false }, { fenced: true });
    if (relayChannel.hasSubscribers) relayChannel.publish({ event: 'fenced', instances: ids.length });
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.writer.delete(Instance, { id: In([...ids]) });
  }

  private get writer(): EntityManager {
    return this.manager ?? this.dataSource.manager;
  }

  private read(): Promise<Instance[]> {
    this.nextReading = undefined;
    const reading = this.found().finally(() => {
      if (this.reading === reading) this.reading = undefined;
    });
    this.reading = reading;
    return reading;
  }

  /** @throws Unresponsive */
  private found(): Promise<Instance[]> {
    const { dataSource, answerMs, manager: own } = this;
    const find = (): Promise<Instance[]> =>
      own ? own.find(Instance) : onPrimary(dataSource, (manager) => manager.find(Instance));
    return answerMs === undefined ? find() : PostgresWatch.of(dataSource, answerMs).guard(find);
  }
}

/** How many instances share the database and may answer from memory; 1 for an SQLite file. */
export async function instanceCount(dataSource: DataSource): Promise<number> {
  return engineOf(dataSource) === 'sqlite'
    ? 1
    : onPrimary(dataSource, (manager) => manager.countBy(Instance, { fenced: false }));
}
