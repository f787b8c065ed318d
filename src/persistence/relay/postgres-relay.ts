/**
 * Several instances over one PostgreSQL: changes travel by NOTIFY with their commit, and a change that withdraws
 * something is settled when every instance that could answer from memory has heard of it, or cannot do so any more.
 * The protocol, with its failure cases, is in docs/several-instances.md.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { ChangeRelay, DomainError, type Announcement, type ChangeClass, type EventBus } from '../../core/index.js';
import { InstanceRegistry } from './instance-registry.js';
import { InstanceWatch } from './instance-watch.js';
import { MARGIN_MS, leaseTimes, type LeaseTimes } from './lease.js';
import { ListeningSession } from './listening-session.js';
import { CHANGES, UnknownChange, messagesOf, readMessage } from './message.js';
import { UnitOnItsWay } from './unit-on-its-way.js';

/** Pause before listening is tried again. */
const RECONNECT_MS = 100;

/** How often a change that waits looks at the table of instances, and how long it does if that cannot be read. */
const LOOK_MS = 25;
const BLIND_MS = 10_000;

export interface RelayOptions {
  /** How long at the most a lost instance delays a withdrawal. */
  readonly leaseSeconds: number;
  /** Every kind of change by its type. */
  readonly changeClasses: Readonly<Record<string, ChangeClass>>;
}

export class PostgresRelay extends ChangeRelay implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(PostgresRelay.name);
  private readonly processId = randomUUID().replaceAll('-', '');
  private readonly registry: InstanceRegistry;
  private readonly watch: InstanceWatch;
  private readonly times: LeaseTimes;
  private readonly onTheirWay = new Map<number, UnitOnItsWay>();
  private readonly formerIds = new Set<string>();
  private session: ListeningSession | undefined;
  /** Whether what was remembered before the session has been forgotten. */
  private hasBegun = false;
  private deliveries: Promise<void> = Promise.resolve();
  private counter = 0;
  private stopping = false;
  private listening: Promise<void> = Promise.resolve();

  constructor(
    dataSource: DataSource,
    private readonly events: EventBus,
    private readonly options: RelayOptions,
  ) {
    super();
    this.times = leaseTimes(options.leaseSeconds);
    this.registry = new InstanceRegistry(dataSource);
    this.watch = new InstanceWatch(this.registry, this.times);
    this.open = () =>
      ListeningSession.open(dataSource, this.processId, this.times, (channel, payload) => {
        this.receive(channel, payload);
      });
  }

  private readonly open: () => Promise<ListeningSession>;

  /** Returns when the first session is there, or has failed: then the instance answers from the database meanwhile. */
  async onModuleInit(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.listening = this.listen(resolve);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.session?.abandon('the server stops');
    await this.listening;
  }

  isCurrent(): boolean {
    return this.hasBegun && this.session?.isTrusted() === true;
  }

  announcement(): Announcement {
    this.counter += 1;
    const number = this.counter;
    const unit = new UnitOnItsWay(this.session?.id ?? null);
    let withdraws = false;
    let isSent = false;
    return {
      send: async (manager, changes) => {
        if (changes.length === 0) return;
        isSent = true;
        withdraws = changes.some((change) => change.withdraws());
        this.onTheirWay.set(number, unit);
        if (!this.session) unit.deliveredHere();
        await notifyAll(manager, messagesOf(this.processId, number, changes));
      },
      settled: async () => {
        if (!isSent) return;
        await Promise.all([unit.own, withdraws ? this.knownEverywhere(number, unit) : undefined]);
      },
      close: () => {
        this.onTheirWay.delete(number);
      },
    };
  }

  private isStopping(): boolean {
    return this.stopping;
  }

  /** Listens, again and again, until the server stops. */
  private async listen(firstAttemptMade: () => void): Promise<void> {
    while (!this.isStopping()) {
      try {
        await this.oneSession(firstAttemptMade);
      } catch (error) {
        if (this.isStopping()) break;
        const reason = error instanceof Error ? error.message : String(error);
        this.logger.warn(`no longer hearing of changes (${reason}): answering from the database until that is mended`);
      }
      firstAttemptMade();
      await delay(RECONNECT_MS);
    }
  }

  private async oneSession(begun: () => void): Promise<void> {
    const session = await this.open();
    this.formerIds.add(session.id);
    try {
      this.session = session;
      if (this.isStopping()) return;
      await session.register();
      // Whoever remembers anything forgets it here; from now on nothing is missed.
      this.events.gap();
      this.hasBegun = true;
      if (this.counter > 0) this.logger.log('hearing of changes again');
      begun();
      await session.keep(() => {
        this.watch.look([...this.formerIds]);
      });
    } finally {
      this.hasBegun = false;
      this.session = undefined;
      for (const unit of this.onTheirWay.values()) unit.deliveredHere();
      await session.close();
      await this.registry.remove([session.id]).catch(() => undefined);
    }
  }

  private receive(channel: string, payload: string): void {
    const session = this.session;
    if (channel === CHANGES) {
      this.deliveries = this.deliveries
        .then(() => this.deliver(payload, session))
        .catch(() => {
          session?.abandon('a notification could not be read');
        });
      return;
    }
    const [instance = '', ...numbers] = payload.split(' ');
    for (const number of numbers) this.onTheirWay.get(Number(number))?.acknowledgedBy(instance);
  }

  private async deliver(payload: string, session: ListeningSession | undefined): Promise<void> {
    const { from, number, last, change } = readMessage(payload, this.options.changeClasses);
    if (change instanceof UnknownChange) this.events.gap();
    else if (change) await this.events.deliver([change]);
    if (!last) return;
    if (from === this.processId) this.onTheirWay.get(number)?.deliveredHere();
    else session?.acknowledge(from, number);
  }

  /** Waits for every instance; one that does not answer loses its lease, and then is waited for so long. */
  private async knownEverywhere(number: number, unit: UnitOnItsWay): Promise<void> {
    const begun = performance.now();
    const fencedSince = new Map<string, number>();
    for (;;) {
      const { heard } = unit;
      const waitingFor = (await this.others(begun)).filter(({ id }) => !unit.isKnownTo(id));
      const now = performance.now();
      const over = waitingFor.filter(({ id }) => now > (fencedSince.get(id) ?? now) + this.times.trustMs + MARGIN_MS);
      if (over.length > 0) await this.registry.remove(over.map(({ id }) => id));
      if (waitingFor.length === over.length) return;
      for (const { id, fenced } of waitingFor) if (fenced && !fencedSince.has(id)) fencedSince.set(id, now);
      const silent = waitingFor.filter(({ fenced }) => !fenced).map(({ id }) => id);
      if (silent.length > 0 && now > begun + this.times.patienceMs) await this.registry.fence(silent);
      else await this.askAgain(number, unit);
      await unit.news(heard, LOOK_MS);
    }
  }

  /** What was acknowledged while we did not listen is lost: so we ask. */
  private async askAgain(number: number, unit: UnitOnItsWay): Promise<void> {
    const session = this.session;
    if (!session || !this.isCurrent() || unit.session === session.id) return;
    unit.session = session.id;
    const question = JSON.stringify({ from: this.processId, number, part: -1, last: true });
    await session.notify(CHANGES, question).catch(() => undefined);
  }

  /** The instances that could answer from memory, but for ourselves. */
  private async others(begun: number): Promise<{ id: string; fenced: boolean }[]> {
    for (;;) {
      try {
        return await this.registry.others([...this.formerIds]);
      } catch {
        if (performance.now() > begun + BLIND_MS) throw notConfirmed();
        await delay(RECONNECT_MS);
      }
    }
  }
}

async function notifyAll(manager: EntityManager, messages: readonly string[]): Promise<void> {
  await manager.query('SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message', [CHANGES, messages]);
}

function notConfirmed(): DomainError {
  const what = 'the change was saved, but the database went away before every instance had confirmed it';
  return new DomainError('unavailable', `${what}; look at it and try again`, 2);
}
