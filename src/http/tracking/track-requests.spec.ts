/** Ids of requests: which are taken over, and what new ones look like. */
import { describe, expect, it } from '@jest/globals';
import { isUsableId, newRequestId, requestIdIn } from './track-requests.js';

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

  it('is a new one where there is none, or a header of the same length', () => {
    for (const headers of [[], ['Host', 'x'], ['X-Request-It', 'mine']]) {
      expect(requestIdIn(headers)).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  it('is a new one where two are given, even if they are equal', () => {
    expect(requestIdIn(['X-Request-Id', 'mine', 'x-request-id', 'mine'])).not.toBe('mine');
  });
});

describe('an id that somebody else has given', () => {
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
