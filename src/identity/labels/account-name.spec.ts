import { describe, expect, it } from '@jest/globals';
import { readAccountName } from './account-name.js';

describe('readAccountName', () => {
  it.each([
    ['DEMO', 'DEMO', 'demo'],
    ['  DEMO\n', 'DEMO', 'demo'],
    ['Acme\u00A0  Works', 'Acme Works', 'acme works'],
    ['\uFF24\uFF25\uFF2D\uFF2F', '\uFF24\uFF25\uFF2D\uFF2F', 'demo'],
    ['Cafe\u0301', 'Caf\u00E9', 'caf\u00E9'],
    ['Latchkey\u2122', 'Latchkey\u2122', 'latchkeytm'],
    ['\u30B9\u30DA\u30FC\u30B9\u3000A', '\u30B9\u30DA\u30FC\u30B9 A', '\u30B9\u30DA\u30FC\u30B9 a'],
  ])('stores %j as %j, and finds it by %j', (given, text, key) => {
    expect(readAccountName(given)).toMatchObject({ text, key });
  });

  it.each([
    ['', 'must be a string'],
    ['   ', 'must not be empty'],
    ['\u3000', 'must not be empty'],
    [7, 'must be a string'],
    [null, 'must be a string'],
    ['a\0', 'must be a string'],
    ['n'.repeat(256), 'must be a string'],
    ['\uFDFA'.repeat(255), 'is too long'],
    ['DEMO\u200B', 'U+200B'],
    ['DEMO\u202E', 'U+202E'],
    ['a\tb', 'U+0009'],
    ['D\u0415MO', 'mixes alphabets'],
    ['0123456789abcdef0123456789ABCDEF', 'form of an id'],
  ])('refuses %j', (given, flaw) => {
    expect(readAccountName(given)).toEqual({ flaw: expect.stringContaining(flaw) });
  });
});
