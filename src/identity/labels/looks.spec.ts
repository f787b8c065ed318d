import { describe, expect, it } from '@jest/globals';
import { looksOf } from './looks.js';

const areAlike = (one: string, other: string): boolean => {
  const looks = looksOf(other);
  return [...looksOf(one)].some((look) => looks.has(look));
};

describe('looksOf', () => {
  it.each([
    ['demo', 'DEMO'],
    ['demo', 'dem0'],
    ['DEMO', 'dem0'],
    ['paypal', 'paypaI'],
    ['paypal', 'paypa1'],
    ['admin', 'ADMlN'],
    ['modern', 'rnodern'],
    ['cap', '\u0441\u0430\u0440'],
    ['scope', '\u0455\u0441\u043E\u0440\u0435'],
    ['apple', '\u0430\u0440\u0440\u04CF\u0435'],
    ['TOP', '\u03A4\u039F\u03A1'],
    ['ix', 'i\u0307x'],
    ['ix', '\u0131x'],
    ['a-b', 'a\u2010b'],
    ['é', 'e\u0301'],
    ['100', 'lOO'],
  ])('takes %j for %j', (one, other) => {
    expect([areAlike(one, other), areAlike(other, one)]).toEqual([true, true]);
  });

  it.each([
    ['mail', 'mall'],
    ['ali', 'all'],
    ['resume', 'résumé'],
    ['user1', 'user2'],
    ['demo', 'memo'],
    ['ab', 'ba'],
    ['иван', 'ivan'],
  ])('tells %j from %j', (one, other) => {
    expect(areAlike(one, other)).toBe(false);
  });
});
