import { describe, expect, it } from '@jest/globals';
import { expiryIn, overlapIn } from './tokens.inputs.js';

/** An hour before the last moment that RFC 3339 can tell. */
const NOW = new Date('9999-12-31T22:59:59.999Z');
const LAST = new Date('9999-12-31T23:59:59.999Z');

describe('the end of a token', () => {
  it('is never later than the year 9999', () => {
    expect(expiryIn({ duration: '1h' }, NOW)).toEqual(LAST);
    expect(() => expiryIn({ duration: '61m' }, NOW)).toThrow('duration is longer than a token can last');
  });

  it('is in the future', () => {
    const now = LAST.toISOString();
    expect(expiryIn({ expires_at: now }, NOW)).toEqual(LAST);
    expect(() => expiryIn({ expires_at: now }, LAST)).toThrow('expires_at must be in the future');
  });

  it('is told once, as null for never, or not at all', () => {
    expect(expiryIn({ expires_at: null }, NOW)).toBeNull();
    expect(expiryIn({}, NOW)).toBeUndefined();
    expect(() => expiryIn({ expires_at: null, duration: '1h' }, NOW)).toThrow('not both');
  });
});

describe('the end of an old secret', () => {
  it('is never later than the year 9999', () => {
    expect(overlapIn({ overlap: '1h' }, NOW)).toEqual(LAST);
    expect(() => overlapIn({ overlap: '61m' }, NOW)).toThrow('overlap is longer than a token can last');
  });

  it('is at once without an overlap, or with none', () => {
    expect(overlapIn({}, NOW)).toBeUndefined();
    expect(overlapIn({ overlap: null }, NOW)).toBeUndefined();
    expect(overlapIn({ overlap: '0s' }, NOW)).toBeUndefined();
  });

  it('is in the future, and told once', () => {
    const until = LAST.toISOString();
    expect(overlapIn({ previous_secret_expires_at: until }, NOW)).toEqual(LAST);
    expect(() => overlapIn({ previous_secret_expires_at: until }, LAST)).toThrow('must be in the future');
    expect(() => overlapIn({ previous_secret_expires_at: until, overlap: '1h' }, NOW)).toThrow('not both');
  });
});
