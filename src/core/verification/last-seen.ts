/** Records when tokens were last used: in the background and in batches, so that no verification waits for it. */
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationShutdown } from '@nestjs/common';
import { SYSTEM } from '../database/actor.js';
import { Token } from '../tokens/token.entity.js';
import type { Transaction } from '../database/transaction.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { KnownToken } from './known-token.js';

/** A use is recorded if the last recorded one is older than this: accurate enough to find unused tokens. */
export const LAST_SEEN_INTERVAL_MS = 60_000;

/** How long a use may wait until it is written. */
const DELAY_MS = 5000;

/** Maximum number of tokens in one statement; SQLite allows 32,766 parameters. */
const BATCH = 400;

/** Maximum number of waiting uses; further uses are not recorded until there is room. */
const WAITING = 100_000;

interface Use {
  readonly version: number;
  current?: number;
  previous?: number;
}

@Injectable()
export class LastSeen implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger(LastSeen.name);
  private uses = new Map<string, Use>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private isOver = false;

  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** @param now - milliseconds since 1970 */
  note(known: KnownToken, matched: 'current' | 'previous', now: number): void {
    if (now - known.notedAt[matched] < LAST_SEEN_INTERVAL_MS) return;
    known.notedAt[matched] = now;
    const { id, secretVersion: version } = known.token;
    let use = this.uses.get(id);
    if (use?.version !== version) {
      if (this.uses.size >= WAITING) return;
      use = { version };
      this.uses.set(id, use);
    }
    use[matched] = now;
    this.writeSoon();
  }

  /** Writes all waiting uses; those that cannot be written are kept for a later attempt. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const uses = [...this.uses];
    this.uses = new Map();
    this.writing = this.writing.then(() => this.writeAll(uses));
    await this.writing;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  /** Flushes again, for requests that finished during the shutdown. */
  async onApplicationShutdown(): Promise<void> {
    this.isOver = true;
    if (this.uses.size > 0) await this.flush();
  }

  private writeSoon(): void {
    if (!this.isOver) this.timer ??= setTimeout(() => void this.flush(), DELAY_MS).unref();
  }

  private async writeAll(uses: [string, Use][]): Promise<void> {
    for (let at = 0; at < uses.length; at += BATCH) {
      const batch = uses.slice(at, at + BATCH);
      try {
        await this.unitOfWork.write(SYSTEM, (tx) => write(tx, batch));
      } catch (error) {
        this.logger.warn(`last use not written: ${error instanceof Error ? error.message : String(error)}`);
        this.keep(batch);
      }
    }
  }

  /** Keeps unwritten uses for the next attempt, merged with those recorded since. */
  private keep(uses: [string, Use][]): void {
    for (const [id, use] of uses) {
      const newer = this.uses.get(id);
      if (!newer || newer.version === use.version) this.uses.set(id, { ...use, ...newer });
    }
    this.writeSoon();
  }
}

async function write(tx: Transaction, uses: [string, Use][]): Promise<void> {
  const seen = uses.map(([id, { current = 0, previous = 0 }]) => ({ id, at: Math.max(current, previous) }));
  await writeColumn(tx, 'lastSeenAt', seen);
  const previous = uses.flatMap(([id, { version, previous: at }]) => (at === undefined ? [] : [{ id, at, version }]));
  if (previous.length > 0) await writeColumn(tx, 'previousLastSeenAt', previous);
}

/** Updates many rows in one statement. Rows only move forward in time, and only while their secret is the one used. */
async function writeColumn(
  { manager }: Transaction,
  column: 'lastSeenAt' | 'previousLastSeenAt',
  moments: readonly { id: string; at: number; version?: number }[],
): Promise<void> {
  const names = moments.map((_, index) => `id${String(index)}`);
  const cases = (value: (index: number) => number): string =>
    `CASE "id" ${names.map((name, index) => `WHEN :${name} THEN ${String(value(index))}`).join(' ')} END`;
  const at = cases((index) => moments[index]?.at ?? 0);
  const name = column === 'lastSeenAt' ? '"last_seen_at"' : '"previous_last_seen_at"';
  const query = manager
    .createQueryBuilder()
    .update(Token)
    .set({ [column]: () => at })
    .where(`"id" IN (${names.map((name) => `:${name}`).join(', ')})`)
    .andWhere(`(${name} IS NULL OR ${name} < ${at})`)
    .setParameters(Object.fromEntries(moments.map(({ id }, index) => [`id${String(index)}`, id])))
    .updateEntity(false);
  if (column === 'previousLastSeenAt') {
    query.andWhere(`"secret_version" = ${cases((index) => moments[index]?.version ?? 0)}`);
  }
  await query.execute();
}
