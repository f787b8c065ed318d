import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { leaseTimes } from './lease.js';
import { ListeningSession } from './listening-session.js';

/** A client like pg's, whose database answers when the test says so. */
class SlowClient extends EventEmitter {
  static latest: SlowClient;
  /** The values of every statement. */
  readonly sent: unknown[] = [];
  private readonly answers: ((rowCount: number) => void)[] = [];

  constructor() {
    super();
    SlowClient.latest = this;
  }

  connect = (): Promise<void> => Promise.resolve();
  end = (): Promise<void> => Promise.resolve();

  query(_statement: string, values: readonly unknown[]): Promise<{ rowCount: number }> {
    this.sent.push(values);
    return new Promise((resolve) => {
      this.answers.push((rowCount) => {
        resolve({ rowCount });
      });
    });
  }

  answer(rowCount = 1): void {
    this.answers.shift()?.(rowCount);
  }
}

const TIMES = leaseTimes(10);

describe('ListeningSession', () => {
  let session: ListeningSession;
  let client: SlowClient;

  beforeEach(() => {
    jest.useFakeTimers();
    const driver = { master: { on: () => undefined, options: { max: 1 } }, postgres: { Client: SlowClient } };
    session = new ListeningSession(
      { driver, options: { type: 'postgres' } } as unknown as DataSource,
      TIMES,
      () => undefined,
    );
    client = SlowClient.latest;
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Sends the statement that takes the lease; the answer arrives this much later. */
  async function registerIn(milliseconds: number): Promise<void> {
    const registering = session.register();
    await jest.advanceTimersByTimeAsync(milliseconds);
    client.answer();
    await registering;
  }

  it('is not trusted before it has a lease', async () => {
    expect(session.isTrusted()).toBe(false);
    const registering = session.register();
    await jest.advanceTimersByTimeAsync(1);
    expect(session.isTrusted()).toBe(false);
    client.answer();
    await registering;
    expect(session.isTrusted()).toBe(true);
  });

  it('counts its lease from the request, however late the database answers', async () => {
    const answeredAfter = 0.9 * TIMES.trustMs;
    await registerIn(answeredAfter);
    await jest.advanceTimersByTimeAsync(TIMES.trustMs - answeredAfter - 1);
    expect(session.isTrusted()).toBe(true);
    await jest.advanceTimersByTimeAsync(1);
    expect(session.isTrusted()).toBe(false);
  });

  it('is over if the database does not answer within the lease, even if it does later', async () => {
    const registering = session.register();
    await jest.advanceTimersByTimeAsync(TIMES.trustMs);
    client.answer();
    await registering;
    expect(session.isTrusted()).toBe(false);
  });

  it('is over when its row is gone or fenced', async () => {
    const registering = session.register();
    await jest.advanceTimersByTimeAsync(1);
    client.answer(0);
    await expect(registering).rejects.toThrow('the lease was taken away');
    expect(session.isTrusted()).toBe(false);
  });

  it.each([
    ['an error of its connection', (): boolean => client.emit('error', new Error('lost'))],
    ['the end of its connection', (): boolean => client.emit('end')],
    [
      'being abandoned',
      (): void => {
        session.abandon('a test');
      },
    ],
  ])('is not trusted from %s on', async (_what, end) => {
    await registerIn(1);
    expect(session.isTrusted()).toBe(true);
    end();
    expect(session.isTrusted()).toBe(false);
  });

  it('acknowledges in one statement all that was received during the previous one', async () => {
    for (const number of [1, 2]) session.acknowledge('one', number);
    session.acknowledge('other', 3);
    await jest.advanceTimersByTimeAsync(1);
    expect(client.sent).toEqual([[['one'], [`${session.id} 1`]]]);
    client.answer();
    await jest.advanceTimersByTimeAsync(1);
    expect(client.sent.slice(1)).toEqual([
      [
        ['one', 'other'],
        [`${session.id} 2`, `${session.id} 3`],
      ],
    ]);
  });
});
