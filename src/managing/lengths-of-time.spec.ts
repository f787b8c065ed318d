import { describe, expect, it } from '@jest/globals';
import { endOf, type LengthOfTime } from './lengths-of-time.js';
import { TokenRequestError } from './token-request-error.js';

const NOW = new Date('2026-01-31T12:00:00.000Z');
const LAST = new Date('9999-12-31T23:59:59.999Z');

const end = (at: Date | null | undefined, after?: string, now = NOW): Date | null | undefined =>
  endOf({ at: ['expiresAt', at], after: ['expiresIn', after as LengthOfTime | undefined] }, now);

const refusalOf = (...given: Parameters<typeof end>): unknown => {
  try {
    return end(...given);
  } catch (error) {
    return error;
  }
};

describe('an end', () => {
  it.each([
    ['90s', '2026-01-31T12:01:30.000Z'],
    ['90m', '2026-01-31T13:30:00.000Z'],
    ['0.5h', '2026-01-31T12:30:00.000Z'],
    ['1d', '2026-02-01T12:00:00.000Z'],
    ['2w', '2026-02-14T12:00:00.000Z'],
    ['0s', '2026-01-31T12:00:00.000Z'],
  ])('after %s is at %s', (length, at) => {
    expect(end(undefined, length)?.toISOString()).toBe(at);
  });

  it('is the moment that is given, null for never, or not given', () => {
    expect(end(LAST)).toEqual(LAST);
    expect(end(null)).toBeNull();
    expect(end(undefined)).toBeUndefined();
  });

  it('may be the last moment that RFC 3339 can tell, and none after it', () => {
    const before = new Date(LAST.getTime() - 1000);
    expect(end(undefined, '1s', before)).toEqual(LAST);
    expect(refusalOf(undefined, '1.001s', before)).toMatchObject({
      message: 'expiresIn is longer than a token can last',
    });
    expect(refusalOf(new Date(LAST.getTime() + 1))).toMatchObject({
      message: 'expiresAt is later than a token can last',
    });
  });

  it.each(['', '1', 's', '1 s', '-1s', '1s1m', '1y', '1ms', '.5h', '1e3s', '1234567890123s'])(
    'is not told by %j',
    (length) => {
      const error = refusalOf(undefined, length);
      expect(error).toBeInstanceOf(TokenRequestError);
      expect(error).toMatchObject({ message: expect.stringMatching(/^expiresIn must be a number with a unit/) });
    },
  );

  it.each([
    [new Date(Number.NaN), undefined, 'expiresAt is no valid date'],
    [NOW, undefined, 'expiresAt must be in the future'],
    [LAST, '1h', 'give expiresAt or expiresIn, not both'],
    [null, '1h', 'give expiresAt or expiresIn, not both'],
  ])('is not %j with %j', (at, after, message) => {
    expect(refusalOf(at, after)).toMatchObject({ message });
  });
});
