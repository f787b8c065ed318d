/** Records when tokens were last used: in the background and in batches, so that no verification waits for it. */
import { Inject, Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationShutdown } from '@nestjs/common';
import { SYSTEM, type Origin } from '../database/actor.js';
import { CORE_OPTIONS, type CoreOptions } from '../options.js';
import { Token } from '../tokens/token.entity.js';
import type { Transaction } from '../database/transaction.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { lastUseChannel } from '../channels.js';
import { SampledWarnings } from '../sampled-warnings.js';
import { EventBus } from '../changes/event-bus.js';
import { LastUsesCollected } from '../changes/changes.js';
import { readableAgent } from '../text-rules.js';
import type { KnownToken } from './known-token.js';

/** A use is recorded if the last recorded one is older than this: accurate enough to find unused tokens. */
export const LAST_SEEN_INTERVAL_MS = 60_000;

/** A recorded time this far after the present one is replaced. */
const FAR_AHEAD_MS = 86_400_000;

/** How long a use may wait until it is written. */
const DELAY_MS = 5000;

/** Maximum number of tokens in one statement; SQLite allows 32,766 parameters. */
const BATCH = 400;

/** A moment, and where the request came from. */
interface Sighting {
  readonly at: number;
  readonly address: string | null;
  readonly agent: string | null;
}

interface Use {
  readonly version: number;
  current?: Sighting;
  previous?: Sighting;
}

@Injectable()
export class LastSeen implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger(LastSeen.name);
  private readonly warnings = new SampledWarnings(this.logger);
  private uses = new Map<string, Use>();
  /** Those that are being written: they may not be in the database yet. */
  private readonly leaving = new Set<ReadonlyMap<string, Use>>();
  private readonly stop: () => void;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private isOver = false;
  /** Whether the last attempt to write has failed, which is logged once and not at every attempt. */
  private isFailing = false;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(CORE_OPTIONS) private readonly options: Pick<CoreOptions, 'lastUse'>,
    events: EventBus,
  ) {
    this.stop = events.subscribe(() => this.flush(), [LastUsesCollected]);
  }

  /**
   * @param now - milliseconds since 1970
   * @param origin - where the request comes from; only read if the use is recorded
   */
  note(known: KnownToken, matched: 'current' | 'previous', now: number, origin?: Origin): void {
    const sinceNoted = now - known.notedAt[matched];
    // Negative after the clock was set back.
    if (sinceNoted >= 0 && sinceNoted < LAST_SEEN_INTERVAL_MS) return;
    known.notedAt[matched] = now;
    const { id, secretVersion: version } = known.token;
    let use = this.uses.get(id);
    if (use?.version !== version) {
      if (this.uses.size >= this.options.lastUse.waiting) {
        this.drop();
        return;
      }
      use = { version };
      this.uses.set(id, use);
    }
    use[matched] = this.sighting(now, origin);
    this.writeSoon();
  }

  /** How many uses wait to be written. */
  get waiting(): number {
    return this.uses.size + [...this.leaving].reduce((sum, uses) => sum + uses.size, 0);
  }

  private drop(): void {
    const { waiting: limit } = this.options.lastUse;
    if (lastUseChannel.hasSubscribers) lastUseChannel.publish({ outcome: 'dropped', limit });
    this.warnings.warn(
      `the last use of a token is not recorded, because ${String(limit)} wait to be written: look why the database does ` +
        'not write, or raise LAST_USES_WAITING (option lastUse.waiting)',
    );
  }

  private sighting(at: number, origin: Origin | undefined): Sighting {
    if (!origin || !this.options.lastUse.addresses) return { at, address: null, agent: null };
    return { at, address: origin.address, agent: readableAgent(origin.userAgent) };
  }

  /** Writes all waiting uses; those that cannot be written are kept for a later attempt. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { uses } = this;
    this.uses = new Map();
    this.leaving.add(uses);
    this.writing = this.writing.then(() => this.writeAll([...uses])).finally(() => this.leaving.delete(uses));
    await this.writing;
  }

  /** Whether this instance knows of a use that may not be in the database yet. */
  isWaiting(tokenId: string): boolean {
    return this.uses.has(tokenId) || [...this.leaving].some((uses) => uses.has(tokenId));
  }

  /** Writes the waiting uses of all instances. */
  async collect(): Promise<void> {
    await this.unitOfWork.write(SYSTEM, (tx) => {
      tx.record(new LastUsesCollected());
      return Promise.resolve();
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  /** Flushes again, for requests that finished during the shutdown. */
  async onApplicationShutdown(): Promise<void> {
    this.isOver = true;
    this.stop();
    if (this.uses.size > 0) await this.flush();
    const { size } = this.uses;
    if (size > 0) this.logger.warn(`the last uses of ${String(size)} tokens could not be written before the end`);
  }

  private writeSoon(): void {
    if (!this.isOver) this.timer ??= setTimeout(() => void this.flush(), DELAY_MS).unref();
  }

  private async writeAll(uses: [string, Use][]): Promise<void> {
    for (let at = 0; at < uses.length; at += BATCH) {
      const batch = uses.slice(at, at + BATCH);
      try {
        await this.unitOfWork.write(SYSTEM, (tx) => write(tx, batch));
        if (this.isFailing) this.logger.log('last uses are written again');
        this.isFailing = false;
      } catch (error) {
        if (!this.isFailing)
          this.logger.warn(`last use not written, and kept: ${error instanceof Error ? error.message : String(error)}`);
        this.isFailing = true;
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
  const seen = uses.flatMap(([id, { current, previous }]) => {
    const latest = current && previous ? (current.at < previous.at ? previous : current) : (current ?? previous);
    return latest ? [{ ...latest, id }] : [];
  });
  await writeColumns(tx, LAST, seen);
  const previous = uses.flatMap(([id, { version, previous: use }]) => (use ? [{ ...use, id, version }] : []));
  if (previous.length > 0) await writeColumns(tx, PREVIOUS, previous);
}

/** The properties of a last use, and the column of its time. */
const LAST = {
  at: 'lastSeenAt',
  address: 'lastSeenAddress',
  agent: 'lastSeenAgent',
  column: '"last_seen_at"',
} as const;
const PREVIOUS = {
  at: 'previousLastSeenAt',
  address: 'previousLastSeenAddress',
  agent: 'previousLastSeenAgent',
  column: '"previous_last_seen_at"',
} as const;

/** Updates many rows in one statement. Rows only move forward in time, and only while their secret is the one used. */
async function writeColumns(
  { manager, now }: Transaction,
  to: typeof LAST | typeof PREVIOUS,
  sightings: readonly (Sighting & { readonly id: string; readonly version?: number })[],
): Promise<void> {
  const parameters: Record<string, string> = {};
  const text = (name: string, value: string | null): string => {
    if (value === null) return 'NULL';
    parameters[name] = value;
    return `:${name}`;
  };
  const names = sightings.map(({ id }, index) => text(`id${String(index)}`, id));
  const cases = (values: readonly string[]): string =>
    `CASE "id" ${names.map((name, index) => `WHEN ${name} THEN ${values[index] ?? 'NULL'}`).join(' ')} END`;
  const at = cases(sightings.map((each) => String(each.at)));
  const addresses = sightings.map(({ address }, index) => text(`address${String(index)}`, address));
  const farAhead = String(now.getTime() + FAR_AHEAD_MS);
  const agents = sightings.map(({ agent }, index) => text(`agent${String(index)}`, agent));
  const query = manager
    .createQueryBuilder()
    .update(Token)
    // A list of nothing but NULL has no type on PostgreSQL.
    .set({
      [to.at]: () => at,
      [to.address]: () => `CAST(${cases(addresses)} AS varchar)`,
      [to.agent]: () => `CAST(${cases(agents)} AS varchar)`,
    })
    .where(`"id" IN (${names.join(', ')})`)
    // A time far ahead of now, and not only of a use that has waited, was written while a clock was wrong.
    .andWhere(`(${to.column} IS NULL OR ${to.column} < ${at} OR ${to.column} > ${farAhead})`)
    .setParameters(parameters)
    .updateEntity(false);
  if (to === PREVIOUS)
    query.andWhere(`"secret_version" = ${cases(sightings.map(({ version = 0 }) => String(version)))}`);
  await query.execute();
}
