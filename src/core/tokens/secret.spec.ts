import { format, inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Secret } from './secret.js';

const PLAIN = 'plain-text-of-the-secret';

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
