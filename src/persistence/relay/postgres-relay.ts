/**
 * Relays changes between instances that share a PostgreSQL database. Changes are sent by NOTIFY in the transaction that
 * makes them. A change that revokes access is complete when every instance that could answer from memory has
 * acknowledged it or can no longer answer from memory. docs/several-instances.md has the protocol and its failure cases.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { ChangeRelay, type ChangePublication, type ChangeClass, type EventBus } from '../../core/index.js';
import { relayChannel } from '../channels.js';
import { InstanceRegistry } from './instance-registry.js';
import { InstanceReaper } from './instance-reaper.js';
import { leaseTimes } from './lease.js';
import { ListeningSession } from './listening-session.js';
import {
  CHANGES,
  UnknownChange,
  acknowledgements,
  messagesOf,
  acknowledgementRequest,
  readMessage,
  type Message,
} from './message.js';
import { PendingChange } from './pending-change.js';
import { RevocationBarrier } from './revocation-barrier.js';

/** Pause before the next attempt to listen. */
const RECONNECT_MS = 100;

/** How many ids of past sessions to remember as our own; the reaper removes their rows long before that. */
const REMEMBERED_IDS = 100;

export interface RelayOptions {
  /** The longest time that a lost instance may delay a revocation. */
  readonly leaseSeconds: number;
  /** How long PostgreSQL may not answer at all before a revocation that waits for other instances gives up. */
  readonly answerMs?: number;
  /** The class of each type of change. */
  readonly changeClasses: Readonly<Record<string, ChangeClass>>;
}

export class PostgresRelay extends ChangeRelay implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(PostgresRelay.name);
  private readonly processId = randomUUID().replaceAll('-', '');
  private readonly registry: InstanceRegistry;
  private readonly reaper: InstanceReaper;
  private readonly barrierOver: (registry: InstanceRegistry) => RevocationBarrier;
  private readonly barrier: RevocationBarrier;
  private readonly newSession: () => ListeningSession;
  private readonly pending = new Map<number, PendingChange>();
  private readonly ownIds = new Set<string>();
  /** The current session, which may not listen yet, or may be about to end. */
  private newest: ListeningSession | undefined;
  /** The current session once it listens and all caches have been emptied. */
  private session: ListeningSession | undefined;
  private deliveries: Promise<void> = Promise.resolve();
  private counter = 0;
  private interrupted = false;
  private stopping = false;
  private listening: Promise<void> = Promise.resolve();

  constructor(
    dataSource: DataSource,
    private readonly events: EventBus,
    private readonly options: RelayOptions,
  ) {
    super();
    const times = leaseTimes(options.leaseSeconds);
    this.registry = new InstanceRegistry(dataSource, options.answerMs);
    this.reaper = new InstanceReaper(this.registry);
    const local = {
      isOwn: (id: string) => this.ownIds.has(id),
      requestAcknowledgements: (pending: PendingChange) => this.requestAcknowledgements(pending),
    };
    this.barrierOver = (registry) => new RevocationBarrier(registry, times, local);
    this.barrier = this.barrierOver(this.registry);
    this.newSession = () =>
      new ListeningSession(dataSource, times, (session, channel, payload) => {
        this.receive(session, channel, payload);
      });
  }

  /** Returns when the first session listens or has failed; without a session, the instance answers from the database. */
  async onModuleInit(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.listening = this.listen(resolve);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.newest?.abandon('the server stops');
    await this.listening;
  }

  /** The id of this instance in the table of instances; `null` while it does not listen. */
  get instanceId(): string | null {
    return this.session?.id ?? null;
  }

  isCurrent(): boolean {
    return this.session?.isTrusted() === true;
  }

  newPublication(): ChangePublication {
    this.counter += 1;
    const pending = new PendingChange(this.counter, this.session?.id ?? null);
    let [isSent, revokesAccess] = [false, false];
    return {
      publish: async (manager, changes, isAlreadyRevoked) => {
        isSent = changes.length > 0 || isAlreadyRevoked;
        revokesAccess = isAlreadyRevoked || changes.some((change) => change.revokesAccess());
        if (!isSent) return;
        this.pending.set(pending.number, pending);
        const messages = messagesOf(this.processId, pending.number, changes);
        await notifyAll(
          manager,
          changes.length > 0 ? messages : [acknowledgementRequest(this.processId, pending.number)],
        );
      },
      acknowledged: async (idle) => {
        if (!isSent) return;
        pending.committed();
        const barrier = idle ? this.barrierOver(this.registry.over(idle)) : this.barrier;
        await Promise.all([this.deliveredLocally(pending), revokesAccess ? barrier.wait(pending) : undefined]);
      },
      close: () => {
        this.pending.delete(pending.number);
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
        await this.runSession(firstAttemptMade);
      } catch (error) {
        if (this.isStopping()) break;
        const isFirst = !this.interrupted;
        this.interrupted = true;
        const reason = error instanceof Error ? error.message : String(error);
        if (relayChannel.hasSubscribers) relayChannel.publish({ event: 'lost', reason });
        if (isFirst)
          this.logger.warn(`no longer receiving changes (${reason}): answering from the database until reconnected`);
      }
      firstAttemptMade();
      await delay(RECONNECT_MS);
    }
    firstAttemptMade();
  }

  private async runSession(begun: () => void): Promise<never> {
    const session = this.newSession();
    this.newest = session;
    this.rememberOwnId(session.id);
    try {
      await session.open([CHANGES, acknowledgements(this.processId)]);
      await session.register();
      // Empties all caches; from now on no change is missed.
      this.resync();
      this.session = session;
      if (relayChannel.hasSubscribers) relayChannel.publish({ event: 'listening' });
      if (this.interrupted) this.logger.log('receiving changes again');
      this.interrupted = false;
      begun();
      return await session.keepRenewing((sentAt) => {
        if (relayChannel.hasSubscribers) {
          relayChannel.publish({ event: 'renewed', roundTripMs: performance.now() - sentAt });
        }
        this.reaper.sweep(session.id);
        const isLost = [...this.pending.values()].some((pending) => pending.isLost(sentAt));
        if (isLost) session.abandon('its own changes do not arrive: is there a pooler in front of the database?');
      });
    } finally {
      this.session = undefined;
      for (const pending of this.pending.values()) pending.missedLocally();
      await session.close();
      // In case the session could not; otherwise the reaper of some instance removes the row later.
      void this.registry.remove([session.id]).catch(() => undefined);
    }
  }

  private resync(): void {
    this.events.resync();
    if (relayChannel.hasSubscribers) relayChannel.publish({ event: 'resync' });
  }

  private rememberOwnId(id: string): void {
    this.ownIds.add(id);
    const [oldest] = this.ownIds;
    if (this.ownIds.size > REMEMBERED_IDS && oldest !== undefined) this.ownIds.delete(oldest);
  }

  private receive(session: ListeningSession, channel: string, payload: string): void {
    if (channel === CHANGES) {
      try {
        const message = readMessage(payload, this.options.changeClasses);
        if (message.from === this.processId && message.last) this.pending.get(message.number)?.receivedLocally();
        this.deliveries = this.deliveries.then(() => this.deliver(message, session));
      } catch {
        session.abandon('a notification could not be read');
      }
      return;
    }
    const [instance = '', ...numbers] = payload.split(' ');
    for (const number of numbers) this.pending.get(Number(number))?.acknowledgedBy(instance);
  }

  private async deliver({ from, number, last, change }: Message, session: ListeningSession): Promise<void> {
    if (change instanceof UnknownChange) this.resync();
    else if (change) await this.events.deliver([change]);
    if (!last) return;
    if (from === this.processId) this.pending.get(number)?.deliveredLocally();
    else session.acknowledge(acknowledgements(from), number);
  }

  /** Changes that no session receives need no delivery, because the next session begins with empty caches. */
  private async deliveredLocally(pending: PendingChange): Promise<void> {
    const committedAt = relayChannel.hasSubscribers ? performance.now() : undefined;
    await this.requestAcknowledgements(pending);
    if (this.session) pending.expectedLocally();
    else pending.deliveredLocally();
    await pending.localDelivery;
    if (committedAt !== undefined) {
      relayChannel.publish({ event: 'delivered', lagMs: performance.now() - committedAt });
    }
  }

  /** A session opened after the commit may have missed the changes and their acknowledgements, so it asks again. */
  private async requestAcknowledgements(pending: PendingChange): Promise<void> {
    const { session } = this;
    if (!session || pending.session === session.id) return;
    pending.session = session.id;
    await session.notify(CHANGES, acknowledgementRequest(this.processId, pending.number));
  }
}

/** Sends messages to every instance when the transaction commits. */
export async function notifyAll(manager: EntityManager, messages: readonly string[]): Promise<void> {
  await manager.query('SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message', [CHANGES, messages]);
}
