import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { setImmediate as nextTick } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Application, Response } from 'express';
import { limitStalledAnswers, streamText } from './text-stream.js';

/** A response that records its headers and what is written to it. */
class Written extends PassThrough {
  readonly req: EventEmitter & { method: string };
  readonly headers: Record<string, string> = {};
  readonly app = {} as Application;

  constructor(method = 'GET') {
    super();
    this.req = Object.assign(new EventEmitter(), { method });
  }

  set(name: string | Record<string, string>, value = ''): void {
    Object.assign(this.headers, typeof name === 'string' ? { [name]: value } : name);
  }
}

const HEADERS = { 'Content-Type': 'text/csv' };

const send = (response: Written, pieces: AsyncGenerator<string, void>): Promise<void> =>
  streamText(response as unknown as Response, HEADERS, pieces);

describe('a long text', () => {
  const logged: unknown[] = [];

  beforeEach(() => {
    logged.length = 0;
    Logger.overrideLogger({
      error: (message: unknown) => logged.push(message),
      warn: () => undefined,
      log: () => undefined,
    });
  });
  afterEach(() => {
    Logger.overrideLogger(true);
  });

  it('is written piece by piece, with its headers', async () => {
    const response = new Written();
    async function* pieces() {
      for (const piece of ['a', 'b', 'c']) yield await Promise.resolve(piece);
    }
    const [text] = await Promise.all([textOf(response), send(response, pieces())]);
    expect([text, response.headers]).toEqual(['abc', HEADERS]);
  });

  it('without pieces is empty', async () => {
    const response = new Written();

    async function* pieces(): AsyncGenerator<string, void> {
      await Promise.resolve();
    }
    const [text] = await Promise.all([textOf(response), send(response, pieces())]);
    expect([text, response.headers]).toEqual(['', { ...HEADERS, 'Content-Length': '0' }]);
  });

  it('of one piece is sent with its length', async () => {
    const response = new Written();
    async function* pieces() {
      yield await Promise.resolve('é');
    }
    const [text] = await Promise.all([textOf(response), send(response, pieces())]);
    expect([text, response.headers]).toEqual(['é', { ...HEADERS, 'Content-Length': '2' }]);
  });

  it.each([['a'], ['a', 'b', 'c']])('is not sent to HEAD (%#)', async (...all) => {
    const response = new Written('HEAD');
    async function* pieces() {
      for (const piece of all) yield await Promise.resolve(piece);
    }
    const [text] = await Promise.all([textOf(response), send(response, pieces())]);
    expect(text).toBe('');
  });

  it('that fails before its second piece leaves the response to the error filter', async () => {
    const response = new Written();

    async function* pieces(): AsyncGenerator<string, void> {
      yield 'a';
      await Promise.reject(new Error('the first read failed'));
    }
    await expect(send(response, pieces())).rejects.toThrow('the first read failed');
    expect([response.headers, response.destroyed, logged]).toEqual([{}, false, []]);
  });

  it('that fails later is cut off, so that it does not look complete, and the reason is logged', async () => {
    const response = new Written();
    let isEnded = false;
    response.on('end', () => (isEnded = true)).resume();
    async function* pieces(): AsyncGenerator<string, void> {
      yield 'a';
      yield 'b';
      await Promise.reject(new Error('a later read failed'));
    }
    await send(response, pieces());
    expect([response.destroyed, isEnded]).toEqual([true, false]);
    expect(logged).toEqual([expect.stringContaining('a later read failed')]);
  });

  it('whose client disconnects is read no further, and nothing is logged', async () => {
    const response = new Written();
    let [read, isReleased] = [0, false];
    async function* pieces(): AsyncGenerator<string, void> {
      try {
        for (; read < 1000; read += 1) yield await Promise.resolve('x'.repeat(10_000));
      } finally {
        isReleased = true;
      }
    }
    const sent = send(response, pieces());
    await nextTick();
    response.destroy();
    await sent;
    expect(read).toBeLessThan(100);
    expect([isReleased, logged]).toEqual([true, []]);
  });

  it('whose client takes nothing for as long as is set is cut off, published, and logged with the setting', async () => {
    const response = new Written();
    const warned: string[] = [];
    const published: unknown[] = [];
    const listener = (message: unknown): void => void published.push(message);
    subscribe('latchkey:capacity', listener);
    Logger.overrideLogger({ error: () => undefined, log: () => undefined, warn: (text: string) => warned.push(text) });
    limitStalledAnswers(response.app, 10);
    async function* pieces(): AsyncGenerator<string, void> {
      for (;;) yield await Promise.resolve('x'.repeat(10_000));
    }
    await send(response, pieces());
    unsubscribe('latchkey:capacity', listener);
    expect(response.destroyed).toBe(true);
    expect(published).toEqual([{ resource: 'stalled_answers', limit: 10, address: null }]);
    expect(warned).toEqual([expect.stringContaining('raise ANSWER_STALLED_SECONDS')]);
  });
});
