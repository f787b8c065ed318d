import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { looksRandom } from './randomness.js';

describe('looksRandom', () => {
  it.each([
    ['one character', 'a'.repeat(43)],
    ['two characters', 'ab'.repeat(22).slice(1)],
    ['a repeated word', 'AdminAdminAdminAdminAdminAdminAdminAdmin-_0'],
    ['repeated words', 'correct-horse-battery-staple-correct-horse-'],
    ['the alphabet', 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ'],
    ['the alphabet backwards', 'zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJ'],
    ['repeated digits', '0123456789'.repeat(5).slice(0, 43)],
    ['a random half, twice', 'QbhGvPSeh0hLSgfJb120IQbhGvPSeh0hLSgfJb120I-'],
    ['mostly zeros', `${'A'.repeat(33)}QbhGvPSeh0`],
  ])('is not taken for random: %s', (_kind, text) => {
    expect(text).toHaveLength(43);
    expect(looksRandom(text)).toBe(false);
  });

  it('accepts random text, in base64url and in hex', () => {
    for (let count = 0; count < 2000; count += 1) {
      expect(looksRandom(randomBytes(32).toString('base64url'))).toBe(true);
    }
    expect(looksRandom('QbhGvPSeh0hLSgfJb120I6by4ao1J5RRd59XmNOQq2g')).toBe(true);
    expect(looksRandom('9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0')).toBe(true);
  });
});
