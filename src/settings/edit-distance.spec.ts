import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { editDistance } from './edit-distance.js';

describe('the distance of two words', () => {
  it.each([
    ['', '', 0],
    ['PORT', 'PORT', 0],
    ['', 'PORT', 4],
    ['PROT', 'PORT', 1],
    ['PRT', 'PORT', 1],
    ['PORTS', 'PORT', 1],
    ['POST', 'PORT', 1],
    ['LOG_LEVL', 'LOG_LEVEL', 1],
    ['OPTR', 'PORT', 2],
    ['KITTEN', 'SITTING', 3],
    ['HOME', 'HOST', 2],
  ])('from %p to %p is %i', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
  });

  it('is symmetric, zero only for equal words, and at most the length of the longer word', () => {
    const word = fc.string({ maxLength: 8, unit: fc.constantFrom('A', 'B', '_') });
    fc.assert(
      fc.property(word, word, (one, other) => {
        const distance = editDistance(one, other);
        expect(editDistance(other, one)).toBe(distance);
        expect(distance === 0).toBe(one === other);
        expect(distance).toBeLessThanOrEqual(Math.max(one.length, other.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(one.length - other.length));
      }),
    );
  });
});
