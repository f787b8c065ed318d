/** Keeps in the database how far the time by which rows are removed has come, for the next start. */
import { Injectable } from '@nestjs/common';
import { Clock, SYSTEM, SteadyTime, UnitOfWork, type Transaction } from '../core/index.js';
import { ServerValue } from './server-value.entity.js';

const NAME = 'clock';

/** It is written again when it is older than this. */
const RECORDED_EVERY_MS = 600_000;

@Injectable()
export class RecordedTime {
  private recordedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly steady: SteadyTime,
  ) {}

  /** Lets the time begin, once. @throws DomainError `unavailable` if the database cannot be read */
  async begin(): Promise<void> {
    if (this.steady.hasBegun) return;
    const row = await this.unitOfWork.read((manager) => manager.findOneBy(ServerValue, { name: NAME }));
    this.beginFrom(row, this.clock.now());
  }

  /** The time by which a transaction judges what is over for good: that of the clock, unless it is far ahead. */
  async of({ manager, now }: Transaction): Promise<Date> {
    if (!this.steady.hasBegun) this.beginFrom(await manager.findOneBy(ServerValue, { name: NAME }), now);
    return new Date(this.steady.at(now.getTime()));
  }

  /** Records where the time is, unless that was done a short time ago. */
  async record(): Promise<void> {
    const now = performance.now();
    if (now - this.recordedAt < RECORDED_EVERY_MS) return;
    this.recordedAt = now;
    const value = new Date(this.steady.at(this.clock.now().getTime())).toISOString();
    await this.unitOfWork.write(SYSTEM, async ({ manager }) => {
      await manager.upsert(ServerValue, { name: NAME, value }, ['name']);
    });
  }

  private beginFrom(row: ServerValue | null, now: Date): void {
    const recorded = row ? Date.parse(row.value) : Number.NaN;
    this.steady.begin(Number.isNaN(recorded) ? null : recorded, now.getTime());
  }
}
