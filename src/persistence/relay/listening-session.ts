/**
 * One session of listening for changes: a separate connection, on which notifications arrive in the order of their
 * commits, and a lease that is renewed on the same connection. Any failure ends the session.
 */
import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { clientClassOf, poolOf } from '../../internals/index.js';
import { enterSchema, schemaOption } from '../host-schema.js';
import type { LeaseTimes } from './lease.js';
import { MAX_NUMBERS } from './message.js';

/** How long a connection may take to close after its session has ended. */
const CLOSING_MS = 500;

/** The reason why a session ended, for the log. */
export class SessionEnded extends Error {}

/** Receives the notifications of a channel. */
export type Receiver = (session: ListeningSession, channel: string, payload: string) => void;

export class ListeningSession {
  /** The instance's id for the length of this session. */
  readonly id = randomUUID();
  private readonly socket = new Socket();
  private readonly schema: string | undefined;
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
    this.schema = schemaOption(dataSource);
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

  /** Connects and listens. Call {@link register} next, and {@link close} in any case. */
  async open(channels: readonly string[]): Promise<void> {
    await this.client.connect();
    if (this.schema !== undefined) await enterSchema(this.client, this.schema);
    for (const channel of channels) await this.query(`LISTEN ${channel}`);
  }

  /** Takes the lease: from now on, every revocation waits for this instance. */
  async register(): Promise<void> {
    this.hasRegistered = true;
    const columns = 'id, renewals, fenced, trust_ms';
    await this.writeLease(`INSERT INTO latchkey_instance (${columns}) VALUES ($1, 0, FALSE, $2)`, [
      this.id,
      Math.ceil(this.times.trustMs),
    ]);
  }

  /** Whether the lease is valid. */
  isTrusted(): boolean {
    return performance.now() < this.trustedUntil;
  }

  /**
   * Renews the lease until a failure.
   * @param onRenewal - called with the time (`performance.now()`) at which the renewal was sent: every change committed
   *   before that time has been received
   * @throws the reason why the session ended
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

  /** Queues the acknowledgement of a unit of work. @param channel - the channel on which its sender listens */
  acknowledge(channel: string, number: number): void {
    const numbers = this.pendingAcknowledgements.get(channel);
    if (numbers) numbers.push(number);
    else this.pendingAcknowledgements.set(channel, [number]);
    if (!this.acknowledging) void this.sendAcknowledgements();
  }

  /** Sends to every instance, in order with the changes; if that fails, the session ends. */
  async notify(channel: string, payload: string): Promise<void> {
    await this.send('SELECT pg_notify($1, $2)', [channel, payload]);
  }

  /** Ends the session as if the connection had been lost. */
  abandon(reason: string): void {
    this.fail(new SessionEnded(reason));
  }

  /** Closes the connection, after giving up the lease if the connection still works. */
  async close(): Promise<void> {
    this.abandon('it was closed');
    if (this.hasRegistered) {
      await this.query('DELETE FROM latchkey_instance WHERE id = $1', [this.id]).catch(() => undefined);
    }
    await this.client.end().catch(() => undefined);
    clearTimeout(this.cutTimer);
  }

  /** The lease runs from before the statement is sent, so it ends before any instance that fences us stops waiting. */
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
      // Acknowledgements need not survive a crash, so do not wait for the disk.
      await this.send(
        `SELECT set_config('synchronous_commit', 'off', TRUE), pg_notify(channel, payload)
         FROM unnest($1::text[], $2::text[]) AS acknowledgement(channel, payload)`,
        [channels, payloads],
      );
    }
    // No `await` since the map was seen empty, so no acknowledgement is left behind.
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

  /** Destroys the socket, in case the connection hangs. */
  private cut(): void {
    this.socket.destroy();
  }
}

/** A client with the options of the pool, except those that are meant for requests. */
function clientLike(dataSource: DataSource, socket: Socket): pg.Client {
  const Client = clientClassOf(dataSource);
  return new Client({ ...poolOf(dataSource).options, keepAlive: true, stream: () => socket });
}
