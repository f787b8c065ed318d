/**
 * One stretch of listening: a connection of its own, on which notifications come in the order of their commits, and a
 * lease that is renewed on that same connection. Whatever goes wrong ends it.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import type { LeaseTimes } from './lease.js';
import { CHANGES, NUMBERS_AT_ONCE, acknowledgements } from './message.js';

/** Why a session ended, for the log. */
export class SessionEnded extends Error {}

export class ListeningSession {
  /** Names the instance for as long as this session lasts. */
  readonly id = randomUUID();
  private readonly over = new AbortController();
  private reason: Error | undefined;
  private trustedUntil = 0;
  private readonly toAcknowledge = new Map<string, number[]>();
  private acknowledging = false;

  private constructor(
    private readonly client: pg.Client,
    private readonly times: LeaseTimes,
  ) {
    client.on('error', (error) => {
      this.fail(error);
    });
    client.on('end', () => {
      this.fail(new SessionEnded('the connection was closed'));
    });
  }

  /** Connects and listens; {@link register} comes after it. */
  static async open(
    dataSource: DataSource,
    processId: string,
    times: LeaseTimes,
    receive: (channel: string, payload: string) => void,
  ): Promise<ListeningSession> {
    const client = clientLike(dataSource);
    const session = new ListeningSession(client, times);
    client.on('notification', ({ channel, payload = '' }) => {
      receive(channel, payload);
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANGES}`);
      await client.query(`LISTEN ${acknowledgements(processId)}`);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Takes the lease: from here on, whoever withdraws something waits for this instance. */
  async register(): Promise<void> {
    await this.renewing(`INSERT INTO latchkey_instance (id, renewals, fenced) VALUES ($1, 0, FALSE)`);
  }

  /** Whether the lease is in force. */
  isTrusted(): boolean {
    return performance.now() < this.trustedUntil;
  }

  /** Renews the lease until something goes wrong. @throws why it ended */
  async keep(onRenewal: () => void): Promise<never> {
    try {
      for (;;) {
        await delay(this.times.renewMs, undefined, { signal: this.over.signal });
        await this.renewing('UPDATE latchkey_instance SET renewals = renewals + 1 WHERE id = $1 AND NOT fenced');
        onRenewal();
      }
    } catch (error) {
      throw this.reason ?? error;
    }
  }

  /** Tells the sender, soon, that his unit of work was heard here. */
  acknowledge(from: string, number: number): void {
    this.toAcknowledge.set(from, [...(this.toAcknowledge.get(from) ?? []), number]);
    if (this.acknowledging) return;
    this.acknowledging = true;
    this.sendAcknowledgements()
      .catch((error: unknown) => {
        this.fail(error instanceof Error ? error : new SessionEnded('an acknowledgement could not be sent'));
      })
      .finally(() => (this.acknowledging = false));
  }

  /** Sends to every instance, in order with the changes. */
  async notify(channel: string, payload: string): Promise<void> {
    await this.client.query('SELECT pg_notify($1, $2)', [channel, payload]);
  }

  /** Ends it as if the connection had been lost. */
  abandon(reason: string): void {
    this.fail(new SessionEnded(reason));
  }

  /** Gives the lease back, if the connection still works, and closes it. */
  async close(): Promise<void> {
    this.trustedUntil = 0;
    const cut = setTimeout(() => {
      this.cut();
    }, this.times.renewMs);
    await this.client.query('DELETE FROM latchkey_instance WHERE id = $1', [this.id]).catch(() => undefined);
    await this.client.end().catch(() => undefined);
    clearTimeout(cut);
  }

  /** The trust counts from before the statement was sent: who fences us later has not yet begun to wait. */
  private async renewing(statement: string): Promise<void> {
    const sentAt = performance.now();
    const late = setTimeout(() => {
      this.fail(new SessionEnded('the database did not renew the lease in time'));
      this.cut();
    }, this.times.trustMs);
    const { rowCount } = await this.client.query(statement, [this.id]).finally(() => {
      clearTimeout(late);
    });
    if (rowCount !== 1) throw new SessionEnded('the lease was taken away');
    if (!this.reason) this.trustedUntil = sentAt + this.times.trustMs;
  }

  private fail(reason: Error): void {
    this.reason ??= reason;
    this.trustedUntil = 0;
    this.over.abort();
  }

  /** For a connection that hangs. */
  private cut(): void {
    const { connection } = this.client as unknown as { connection: { stream: { destroy(): void } } };
    connection.stream.destroy();
  }

  private async sendAcknowledgements(): Promise<void> {
    while (this.toAcknowledge.size > 0) {
      const sends: string[] = [];
      for (const [from, numbers] of this.toAcknowledge) {
        for (let at = 0; at < numbers.length; at += NUMBERS_AT_ONCE) {
          const payload = `${this.id} ${numbers.slice(at, at + NUMBERS_AT_ONCE).join(' ')}`;
          sends.push(`SELECT pg_notify('${acknowledgements(from)}', '${payload}')`);
        }
      }
      this.toAcknowledge.clear();
      // Nothing that must outlive a crash: the disk need not be waited for.
      await this.client.query(`BEGIN; SET LOCAL synchronous_commit = off; ${sends.join('; ')}; COMMIT`);
    }
  }
}

/** A connection like those of the pool, but for limits that are meant for requests. */
function clientLike(dataSource: DataSource): pg.Client {
  const { master, postgres } = dataSource.driver as unknown as {
    master: { options: pg.PoolConfig };
    postgres: { Client: new (config: pg.ClientConfig) => pg.Client };
  };
  return new postgres.Client({ ...master.options, keepAlive: true });
}
