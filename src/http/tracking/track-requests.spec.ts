/** Ids of requests: which given ones are used, the form of new ones, and the message about a finished request. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import { requestChannel, type RequestMessage } from './channels.js';
import { isUsableId, newRequestId, requestIdIn, trackRequests } from './track-requests.js';

describe('a new id of a request', () => {
  it('is 32 hex characters, and different from every other one', () => {
    const ids = new Set(Array.from({ length: 2000 }, newRequestId));
    expect(ids.size).toBe(2000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('the id in the headers of a request', () => {
  it.each(['x-request-id', 'X-Request-Id', 'X-REQUEST-ID'])('is found under the name %s', (name) => {
    expect(requestIdIn(['Host', 'x', name, 'mine', 'Accept', '*/*'])).toBe('mine');
  });

  it('is a new one if there is none, or another header of the same length', () => {
    for (const headers of [[], ['Host', 'x'], ['X-Request-It', 'mine']]) {
      expect(requestIdIn(headers)).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  it('is a new one if two are given, even if they are equal', () => {
    expect(requestIdIn(['X-Request-Id', 'mine', 'x-request-id', 'mine'])).not.toBe('mine');
  });
});

describe('a given id', () => {
  it.each(['a', '7', 'A-b_c.9', '-', 'x'.repeat(128)])('can be used: %s', (id) => {
    expect(isUsableId(id)).toBe(true);
  });

  it.each(['', 'x'.repeat(129), 'a b', 'a\n', 'a"', 'a/b', 'é', 'a,b', 7, null, undefined, { toString: () => 'a' }])(
    'cannot be used: %p',
    (id) => {
      expect(isUsableId(id)).toBe(false);
    },
  );
});

describe('the message about a finished request', () => {
  const messages: RequestMessage[] = [];
  const listener = (message: RequestMessage): void => {
    messages.push(message);
  };
  let response: ServerResponse;

  beforeEach(() => {
    messages.length = 0;
    requestChannel.subscribe(listener);
    const request = new IncomingMessage(new Socket());
    response = new ServerResponse(request);
    trackRequests('canvus')(request as Request, response as Response, () => undefined);
  });
  afterEach(() => {
    requestChannel.unsubscribe(listener);
  });

  it('says that the answer was sent completely', async () => {
    response.assignSocket(new PassThrough() as unknown as Socket);
    await new Promise<void>((resolve) => response.end('answer', resolve));
    response.emit('close');
    expect(messages).toEqual([expect.objectContaining({ dialect: 'canvus', status: 200, aborted: false })]);
  });

  it('says that the connection was closed before the whole answer was sent', () => {
    response.end('answer');
    response.emit('close');
    expect(messages).toEqual([expect.objectContaining({ aborted: true })]);
  });
});
