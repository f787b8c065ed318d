import { describe, expect, it } from '@jest/globals';
import { VerifyTally } from './verify-tally.js';

describe('VerifyTally', () => {
  it('counts by status, and tells the usual ones even while there was none', () => {
    const tally = new VerifyTally();
    for (const status of [200, 200, 401, 431]) tally.add(status, undefined);
    expect(Object.fromEntries(tally.statuses)).toEqual({
      200: 2,
      400: 0,
      401: 1,
      403: 0,
      429: 0,
      431: 1,
      500: 0,
      503: 0,
    });
  });

  it('times one request in 16, and counts only the times of these', () => {
    const tally = new VerifyTally();
    const timed = Array.from({ length: 32 }, () => tally.isTimed());
    expect(timed.filter(Boolean)).toHaveLength(2);
    tally.add(200, undefined);
    tally.add(200, 0.02);
    expect(tally.timing).toMatchObject({ count: 1, sumMs: 0.02 });
  });
});
