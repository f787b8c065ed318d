import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Secret, isCheckedSecret, newCheckedSecret } from './secret.js';

const PREFIX = 'key_';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

describe('secrets with a checksum', () => {
  it('have each character equally often', () => {
    const [secrets, length] = [4000, 40];
    const counts = new Map([...ALPHABET].map((character) => [character, 0]));
    for (let made = 0; made < secrets; made += 1) {
      for (const character of newCheckedSecret(PREFIX)
        .reveal()
        .slice(PREFIX.length, PREFIX.length + length)) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
    expect(counts.size).toBe(ALPHABET.length);
    const expected = (secrets * length) / ALPHABET.length;
    // Seven standard deviations: by chance once in 10^10 runs. Characters that a byte favours are off by more.
    const bound = 7 * Math.sqrt(expected);
    for (const [character, count] of counts)
      expect([character, Math.abs(count - expected) < bound]).toEqual([character, true]);
  });

  it('are told from those with one character wrong, missing or too many', () => {
    const text = newCheckedSecret(PREFIX).reveal();
    expect(isCheckedSecret(text)).toBe(true);
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === 'a' ? 'b' : 'a';
      expect(isCheckedSecret(text.slice(0, at) + other + text.slice(at + 1))).toBe(false);
      expect(isCheckedSecret(text.slice(0, at) + text.slice(at + 1))).toBe(false);
    }
    expect(isCheckedSecret(`${text}0`)).toBe(false);
  });
});

describe('a secret', () => {
  it('is shown only where it is asked for', () => {
    const secret = new Secret('hidden');
    const shown = [String(secret), inspect(secret), JSON.stringify({ secret }), inspect({ secret }, { depth: 9 })];
    expect(shown.join()).not.toContain('hidden');
    expect(secret.reveal()).toBe('hidden');
  });
});
