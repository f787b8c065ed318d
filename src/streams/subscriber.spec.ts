import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Response } from 'express';
import { SystemClock, nextTurn } from '../core/index.js';
import type { Principal } from '../identity/index.js';
import { Subscriber } from './subscriber.js';

const KEEPALIVE_MS = 1000;
const BLANK = '\n';

/** The response of a client that reads when the test says so. */
class SlowResponse extends EventEmitter {
  readonly written: string[] = [];
  writableLength = 0;
  isFull = false;
  readonly req = {};

  status = (): this => this;
  type = (): this => this;
  set = (): this => this;

  write(bytes: Buffer): boolean {
    this.written.push(bytes.toString());
    if (this.isFull) this.writableLength += bytes.length;
    return !this.isFull;
  }

  /** The client reads everything that was written. */
  drain(): void {
    this.writableLength = 0;
    this.isFull = false;
    this.emit('drain');
  }
}

const ANYONE = { followsMemberships: false, refusal: () => null };
const FORM = {
  mediaType: 'application/json',
  keepalive: Buffer.from('\n'),
  unauthenticated: () => new Error('unauthenticated'),
  unusable: () => new Error('unusable'),
};
const SLOWNESS = { streamWaitingBytes: 262_144, streamStalledSeconds: 60 };

describe('Subscriber', () => {
  let response: SlowResponse;
  let subscriber: Subscriber;

  beforeEach(() => {
    response = new SlowResponse();
    const principal = { user: { id: 7 }, token: { id: 'token' } } as Principal;
    subscriber = new Subscriber(response as unknown as Response, principal, ANYONE, new SystemClock(), SLOWNESS, FORM);
    void subscriber.opened();
    subscriber.authorize(null);
  });

  const heartbeatAfter = (milliseconds: number): void => {
    subscriber.heartbeat(performance.now() + milliseconds, KEEPALIVE_MS);
  };

  it('sends a blank line on an idle connection, and none before that is due', () => {
    subscriber.begin([Buffer.from('[]\n')]);
    heartbeatAfter(KEEPALIVE_MS / 2);
    expect(response.written).toEqual(['[]\n']);
    heartbeatAfter(KEEPALIVE_MS + 1);
    expect(response.written).toEqual(['[]\n', BLANK]);
  });

  it('sends no blank line inside a long line whose rest is held back', async () => {
    const line = `${JSON.stringify('x'.repeat(100_000))}\n`;
    response.isFull = true;
    subscriber.begin([Buffer.from(line)]);
    subscriber.invalidate();
    response.drain();
    await nextTurn();
    heartbeatAfter(KEEPALIVE_MS + 1);
    subscriber.authorize(null);
    expect(response.written.join('')).toBe(line);
  });
});
