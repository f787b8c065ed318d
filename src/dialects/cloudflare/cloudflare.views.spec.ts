import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseRfc3339 } from '../../http/index.js';
import { toMoment, toSeconds } from './cloudflare.views.js';

const FIRST = Date.parse('0001-01-02T00:00:00Z');
const LAST = Date.parse('9999-12-30T00:00:00Z');

describe('times in answers', () => {
  it('are written in whole seconds, and with milliseconds where those matter, and read back the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (milliseconds) => {
        const moment = new Date(milliseconds);
        expect(toSeconds(moment)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        expect(Date.parse(toSeconds(moment))).toBe(Math.floor(milliseconds / 1000) * 1000);
        expect(parseRfc3339(toMoment(moment))).toEqual(moment);
      }),
      { numRuns: 500 },
    );
  });
});
