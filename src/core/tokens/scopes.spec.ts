import { describe, expect, it } from '@jest/globals';
import type { ValueTransformer } from 'typeorm';
import { wordsColumn } from '../database/columns.js';
import { DomainError } from '../errors.js';
import {
  SCOPES_LENGTH_MAX,
  SCOPES_MAX,
  SCOPE_LENGTH_MAX,
  canonicalScopes,
  isScope,
  isWithin,
  splitScopes,
  wrongScopes,
} from './scopes.js';

const numbered = (count: number, length: number): string[] =>
  Array.from({ length: count }, (_, at) => String(at).padStart(length, 's'));

describe('a scope', () => {
  it('consists of exactly the characters of RFC 6749 §3.3', () => {
    const all = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code));
    const allowed = all.filter((text) => isScope(text)).map((text) => text.charCodeAt(0));
    const printable = Array.from({ length: 0x7e - 0x20 }, (_, at) => 0x21 + at);
    expect(allowed).toEqual(printable.filter((code) => code !== 0x22 && code !== 0x5c));
  });

  it.each([
    ['', false],
    ['a', true],
    ['https://example.com/auth/read,write', true],
    ['two words', false],
    ['line\n', false],
    ['x'.repeat(SCOPE_LENGTH_MAX), true],
    ['x'.repeat(SCOPE_LENGTH_MAX + 1), false],
    [7, false],
    [null, false],
  ])('%j: %s', (text, isOne) => {
    expect(isScope(text)).toBe(isOne);
  });
});

describe('the scopes of a token', () => {
  it('are stored sorted, each once, and upper and lower case differ', () => {
    expect(canonicalScopes(['b', 'a', 'B', 'a'])).toEqual(['B', 'a', 'b']);
    expect(canonicalScopes(null)).toBeNull();
  });

  it('come back from the database as they were, and cannot be changed', () => {
    const words = wordsColumn({ name: 'scopes' }).transformer as ValueTransformer;
    const read = words.from(words.to(['a', 'b'])) as string[];
    expect(read).toEqual(['a', 'b']);
    expect(() => read.push('c')).toThrow(TypeError);
    expect([words.to(null), words.from(null)] as unknown[]).toEqual([null, null]);
  });

  it.each([
    ['no list', 'a b', 'must be a list'],
    ['an empty list, which would not say whether the token is limited', [], 'must not be empty'],
    ['a list with something else', ['a', 1], 'printable ASCII'],
    ['an empty text', [''], 'printable ASCII'],
    ['several in one text', ['a b'], 'printable ASCII'],
    ['more than there may be', numbered(SCOPES_MAX + 1, 3), `at most ${String(SCOPES_MAX)}`],
    ['more than a header holds', numbered(SCOPES_MAX, 45), `at most ${String(SCOPES_LENGTH_MAX)} characters`],
  ])('are not %s', (_name, given, rule) => {
    expect(wrongScopes(given)).toContain(rule);
    expect(() => canonicalScopes(given as string[])).toThrow(DomainError);
  });

  it('may be as many as there may be, and repeated', () => {
    const most = numbered(SCOPES_MAX, 3);
    expect(wrongScopes([...most, ...most])).toBeNull();
  });

  it('are read from a text as OAuth writes them', () => {
    expect(splitScopes('a  b ')).toEqual(['a', 'b']);
    expect(splitScopes('')).toEqual([]);
  });
});

describe('a token', () => {
  it.each([
    // of the token, of who acts, whether it gives nothing that they do not hold
    [null, null, true],
    [['a'], null, true],
    [null, ['a'], false],
    [['a'], ['a'], true],
    [['a'], ['a', 'b'], true],
    [['a', 'b'], ['a'], false],
    [['b'], ['a'], false],
    [['A'], ['a'], false],
    [['ab'], ['a', 'b'], false],
  ])('with %j given by somebody with %j: %s', (scopes, held, isInside) => {
    expect(isWithin(scopes, held)).toBe(isInside);
  });
});
