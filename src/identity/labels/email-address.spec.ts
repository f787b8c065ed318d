import { describe, expect, it } from '@jest/globals';
import { emailKeyOf, emailKeysOf, isEmailAddress, readEmailAddress } from './email-address.js';
import type { Label } from './label.js';

const keyOf = (text: string): string => (readEmailAddress(text) as Label).key;

describe('readEmailAddress', () => {
  it.each([
    ['Mixed.Case+Tag@Example.COM', 'Mixed.Case+Tag@Example.COM'],
    ['foo\u0308@example.com', 'fo\u00F6@example.com'],
    ['x@b\u00FCcher.example', 'x@xn--bcher-kva.example'],
    ['x@B\u00DCCHER.example', 'x@xn--bcher-kva.example'],
    ['x@fa\u00DF.de', 'x@xn--fa-hia.de'],
    ['\uFF41\uFF42@\uFF45xample.com', 'ab@example.com'],
    ['a\uFF20example\u3002com', 'a@example.com'],
    ['robot@intranet', 'robot@intranet'],
    ["o'brien_%&#@sub.example.com", "o'brien_%&#@sub.example.com"],
    ['\u5C71\u7530@example.jp', '\u5C71\u7530@example.jp'],
  ])('stores %j as %j', (given, text) => {
    expect(readEmailAddress(given)).toMatchObject({ text });
  });

  it.each([
    ['ALICE@EXAMPLE.COM', 'alice@example.com'],
    ['fo\u00F6@x.io', 'foo\u0308@x.io'],
    ['x@b\u00FCcher.example', 'X@XN--BCHER-KVA.EXAMPLE'],
    ['\uFF41@x.io', 'a@x.io'],
    ['\u03A3\u03A3@x.gr', '\u03C3\u03C2@x.gr'],
  ])('takes %j and %j for the same address', (one, other) => {
    expect(keyOf(one)).toBe(keyOf(other));
  });

  it.each([
    ...['', 'a', '@', 'a@', '@b', 'a b@x.io', 'a@b@c.io', 'a@x..io', 'a.@x.io', '.a@x.io', 'a@-x.io', 'a@x_y.io'],
    ...['"a"@x.io', '"admin@example.com"@x.io', 'Ann <a@x.io>', 'a@[127.0.0.1]', 'a@127.0.0.1', 'a@1.2.3', 'a@0x7f'],
    ...['a@x/y', 'a@x:80', 'a@x?y', 'a@x#y', 'a@x%41', 'a\\b@x.io', 'a@xn--a', `${'a'.repeat(65)}@x.io`],
    ...[`a@${'b'.repeat(250)}.io`, 'a@x.io\n', 'a\0@x.io', 'a@x\uD800.io'],
  ])('refuses %j', (text) => {
    expect(isEmailAddress(text)).toBe(false);
  });

  it.each([
    ['\u0430dmin@example.com', 'mixes alphabets'],
    ['admin@ex\u0430mple.com', 'mixes alphabets'],
    ['admin@xn--exmple-4nf.com', 'mixes alphabets'],
    ['admin@example.com\u200B', 'U+200B'],
    ['ad\u200Dmin@example.com', 'U+200D'],
    ['\u202Eadmin@x.io', 'U+202E'],
    ['admin@\u2067x.io', 'U+2067'],
    ['ad\u00ADmin@x.io', 'U+00AD'],
    ['a\u034F@x.io', 'U+034F'],
    ['\u0301a@x.io', 'begins with a mark'],
  ])('says what is wrong with %j', (text, flaw) => {
    expect(readEmailAddress(text)).toEqual({ flaw: expect.stringContaining(flaw) });
  });

  it.each([undefined, null, 7, {}, ['a@x.io']])('refuses %j, which is not text', (value) => {
    expect(isEmailAddress(value)).toBe(false);
  });
});

describe('emailKeysOf', () => {
  it('begins with the text itself, for addresses stored before the normal form', () => {
    expect(emailKeysOf('Foo\u0308@X.io')).toEqual(['foo\u0308@x.io', 'fo\u00F6@x.io']);
    expect(emailKeysOf('A@X.io')).toEqual(['a@x.io']);
    expect(emailKeysOf('\u202EAdmin@x.io')).toEqual(['\u202Eadmin@x.io']);
    expect(emailKeyOf('no address')).toBe('no address');
  });
});
