/** The table of instances, as seen by one of them. */
import { setTimeout as delay } from 'node:timers/promises';
import { In, type DataSource } from 'typeorm';
import { Instance } from './instance.entity.js';

/** How often those who wait look at the table, together. */
const POLL_MS = 25;

export class InstanceRegistry {
  private reading: Promise<Instance[]> | undefined;
  private nextReading: Promise<Instance[]> | undefined;
  private pendingPoll: Promise<Instance[]> | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /** Read after the call; those who call during one reading share the next. */
  all(): Promise<Instance[]> {
    if (!this.reading) return this.read();
    const read = (): Promise<Instance[]> => this.read();
    this.nextReading ??= this.reading.then(read, read);
    return this.nextReading;
  }

  /** The same after a moment, once for all who wait. */
  nextPoll(): Promise<Instance[]> {
    this.pendingPoll ??= delay(POLL_MS).then(() => {
      this.pendingPoll = undefined;
      return this.all();
    });
    return this.pendingPoll;
  }

  /** Their leases are not renewed any more. */
  async fence(ids: readonly string[]): Promise<void> {
    await this.dataSource.manager.update(Instance, { id: In([...ids]), fenced: false }, { fenced: true });
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.dataSource.manager.delete(Instance, { id: In([...ids]) });
  }

  private read(): Promise<Instance[]> {
    this.nextReading = undefined;
    const reading = this.dataSource.manager.find(Instance).finally(() => {
      if (this.reading === reading) this.reading = undefined;
    });
    this.reading = reading;
    return reading;
  }
}
