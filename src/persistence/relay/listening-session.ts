/**
 * One session of listening: a connection of its own, on which notifications come in the order of their commits, and a
 * lease that is renewed on that same connection. Whatever goes wrong ends it.
 */
import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { clientClassOf, poolOf } from '../../internals/index.js';
import type { LeaseTimes } from './lease.js';
import { MAX_NUMBERS } from './message.js';

/** How long a connection may take to finish when its session is over. */
const CLOSING_MS = 500;

/** Why a session ended, for the log. */
export class SessionEnded extends Error {}

/** Takes what was notified on a channel. */
export type Receiver = (session: ListeningSession, channel: string, payload: string) => void;

export class ListeningSession {
  /** Names the instance for as long as this session lasts. */
  readonly id = randomUUID();
  private readonly socket = new Socket();
  private readonly client: pg.Client;
  private readonly ended = new AbortController();
  private reason: Error | undefined;
  private cutTimer: NodeJS.Timeout | undefined;
  private trustedUntil = 0;
  private hasRegistered = false;
  private queue: Promise<unknown> = Promise.resolve();
  private readonly pendingAcknowledgements = new Map<string, number[]>();
  private acknowledging = false;

  constructor(
    dataSource: DataSource,
    private readonly times: LeaseTimes,
    receive: Receiver,
  ) {
    this.client = clientLike(dataSource, this.socket);
    this.client.on('error', (error) => {
      this.fail(error);
    });
    this.client.on('end', () => {
      this.fail(new SessionEnded('the connection was closed'));
    });
    this.client.on('notification', ({ channel, payload = '' }) => {
      receive(this, channel, payload);
    });
  }

  /** Connects and listens; {@link register} comes after it, and {@link close} in any case. */
  async open(channels: readonly string[]): Promise<void> {
    await this.client.connect();
    for (const channel of channels) await this.query(`LISTEN ${channel}`);
  }

  /** Takes the lease: from here on, whoever withdraws something waits for this instance. */
  async register(): Promise<void> {
    this.hasRegistered = true;
    const columns = 'id, renewals, fenced, trust_ms';
    await this.writeLease(`INSERT INTO latchkey_instance (${columns}) VALUES ($1, 0, FALSE, $2)`, [
      this.id,
      Math.ceil(this.times.trustMs),
    ]);
  }

  /** Whether the lease is in force. */
  isTrusted(): boolean {
    return performance.now() < this.trustedUntil;
  }

  /**
   * Renews the lease until something goes wrong.
   * @param onRenewal - is told when it was sent, by `performance.now()`: what was committed before has been received
   * @throws why it ended
   */
  async keepRenewing(onRenewal: (sentAt: number) => void): Promise<never> {
    const renewal = 'UPDATE latchkey_instance SET renewals = renewals + 1 WHERE id = $1 AND NOT fenced';
    try {
      for (;;) {
        await delay(this.times.renewMs, undefined, { signal: this.ended.signal });
        onRenewal(await this.writeLease(renewal, [this.id]));
      }
    } catch (error) {
      throw this.reason ?? error;
    }
  }

  /** Tells the sender, soon, that his unit of work was heard here. @param channel - where he listens for it */
  acknowledge(channel: string, number: number): void {
    const numbers = this.pendingAcknowledgements.get(channel);
    if (numbers) numbers.push(number);
    else this.pendingAcknowledgements.set(channel, [number]);
    if (!this.acknowledging) void this.sendAcknowledgements();
  }

  /** Sends to every instance, in order with the changes; a session that cannot is over. */
  async notify(channel: string, payload: string): Promise<void> {
    await this.send('SELECT pg_notify($1, $2)', [channel, payload]);
  }

  /** Ends it as if the connection had been lost. */
  abandon(reason: string): void {
    this.fail(new SessionEnded(reason));
  }

  /** Gives the lease back, if the connection still works, and closes it. */
  async close(): Promise<void> {
    this.abandon('it was closed');
    if (this.hasRegistered) {
      await this.query('DELETE FROM latchkey_instance WHERE id = $1', [this.id]).catch(() => undefined);
    }
    await this.client.end().catch(() => undefined);
    clearTimeout(this.cutTimer);
  }

  /** The trust counts from before the statement was sent: who fences us later has not yet begun to wait. */
  private async writeLease(statement: string, values: readonly unknown[]): Promise<number> {
    const sentAt = performance.now();
    const late = setTimeout(() => {
      this.abandon('the database did not renew the lease in time');
      this.cut();
    }, this.times.trustMs);
    const { rowCount } = await this.query(statement, values).finally(() => {
      clearTimeout(late);
    });
    if (rowCount !== 1) throw new SessionEnded('the lease was taken away');
    if (!this.reason) this.trustedUntil = sentAt + this.times.trustMs;
    return sentAt;
  }

  private async sendAcknowledgements(): Promise<void> {
    this.acknowledging = true;
    while (this.pendingAcknowledgements.size > 0) {
      const [channels, payloads]: [string[], string[]] = [[], []];
      for (const [channel, numbers] of this.pendingAcknowledgements) {
        for (let at = 0; at < numbers.length; at += MAX_NUMBERS) {
          channels.push(channel);
          payloads.push(`${this.id} ${numbers.slice(at, at + MAX_NUMBERS).join(' ')}`);
        }
      }
      this.pendingAcknowledgements.clear();
      // Nothing that must outlive a crash: the disk need not be waited for.
      await this.send(
        `SELECT set_config('synchronous_commit', 'off', TRUE), pg_notify(channel, payload)
         FROM unnest($1::text[], $2::text[]) AS acknowledgement(channel, payload)`,
        [channels, payloads],
      );
    }
    // In the same breath as the look at what is left: nothing falls between the two.
    this.acknowledging = false;
  }

  private async send(statement: string, values: readonly unknown[]): Promise<void> {
    try {
      await this.query(statement, values);
    } catch (error) {
      this.fail(error instanceof Error ? error : new SessionEnded('nothing can be sent'));
    }
  }

  /** One statement at a time, in order. */
  private query(statement: string, values: readonly unknown[] = []): Promise<pg.QueryResult> {
    const result = this.queue.then(() => this.client.query(statement, [...values]));
    this.queue = result.catch(() => undefined);
    return result;
  }

  private fail(reason: Error): void {
    this.trustedUntil = 0;
    if (this.reason) return;
    this.reason = reason;
    this.ended.abort();
    this.cutTimer = setTimeout(() => {
      this.cut();
    }, CLOSING_MS);
  }

  /** For a connection that hangs. */
  private cut(): void {
    this.socket.destroy();
  }
}

/** A connection like those of the pool, but for limits that are meant for requests. */
function clientLike(dataSource: DataSource, socket: Socket): pg.Client {
  const Client = clientClassOf(dataSource);
  return new Client({ ...poolOf(dataSource).options, keepAlive: true, stream: () => socket });
}
