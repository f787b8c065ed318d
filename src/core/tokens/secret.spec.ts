import { format, inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Secret, isCheckedSecret, newCheckedSecret } from './secret.js';

const PLAIN = 'plain-text-of-the-secret';
const PREFIX = 'key_';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

describe('a secret in memory', () => {
  const secret = new Secret(PLAIN);
  const holder = { name: 'holder', secret, list: [secret] };

  const shown: Record<string, () => string> = {
    'String()': () => String(secret),
    // oxlint-disable-next-line typescript/restrict-template-expressions -- this is the accident to survive
    'a template': () => `${secret}`,
    // oxlint-disable-next-line typescript/restrict-plus-operands -- this too
    concatenation: () => '' + secret,
    JSON: () => JSON.stringify(holder),
    inspect: () => inspect(holder, { depth: null, showHidden: true, getters: true }),
    'inspect of itself': () => inspect(secret, { showHidden: true, customInspect: true }),
    'format %s %o %O %j': () => format('%s %o %O %j', secret, secret, secret, secret),
    'an error message': () => new Error(`failed with ${String(secret)}`).message,
    'an inspected error': () => inspect(Object.assign(new Error('failed', { cause: secret }), { secret })),
  };

  it.each(Object.entries(shown))('prints as [secret] in %s', (_name, show) => {
    expect(show()).toContain('[secret]');
    expect(show()).not.toContain(PLAIN);
  });

  it('shows nothing even to an inspection that ignores custom printing', () => {
    expect(inspect(secret, { customInspect: false, showHidden: true, depth: null })).not.toContain(PLAIN);
  });

  it('has no property that a copy, a spread or a serialiser could expose', () => {
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect(JSON.stringify({ ...secret })).toBe('{}');
    expect(structuredClone(secret)).not.toHaveProperty('reveal');
  });

  it('returns its text from reveal only', () => {
    expect(secret.reveal()).toBe(PLAIN);
  });
});

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
