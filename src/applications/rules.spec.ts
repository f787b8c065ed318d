import { describe, expect, it } from '@jest/globals';
import { isIpRange, meets, namedTokens, ruleChecks, type Rule, type Rules, type Visitor } from './rules.js';

const NONE: Rules = { include: [], require: [], exclude: [] };
const VISITOR: Visitor = { tokenId: 'a', address: '192.0.2.7' };
const UNKNOWN: Rule = { type: 'other', name: 'country', value: { code: 'GR' } };
const EVERYONE: Rule = { type: 'everyone' };
const IN_RANGE: Rule = { type: 'ip', range: '192.0.2.0/24' };
const OUT_OF_RANGE: Rule = { type: 'ip', range: '198.51.100.0/24' };

const answer = (rules: Partial<Rules>, visitor: Partial<Visitor> = {}): boolean | undefined =>
  meets(ruleChecks({ ...NONE, ...rules }), { ...VISITOR, ...visitor });

describe('a visitor meets rules', () => {
  it.each<[string, Partial<Rules>, boolean | undefined]>([
    ['nothing to include', {}, false],
    ['their token', { include: [{ type: 'token', tokenId: 'a' }] }, true],
    ['another token', { include: [{ type: 'token', tokenId: 'b' }] }, false],
    ['any token', { include: [{ type: 'any_token' }] }, true],
    ['everyone', { include: [EVERYONE] }, true],
    ['their network', { include: [IN_RANGE] }, true],
    ['another network', { include: [OUT_OF_RANGE] }, false],
    ['one of several', { include: [OUT_OF_RANGE, EVERYONE] }, true],
    ['one of several, with one that is unknown', { include: [UNKNOWN, EVERYONE] }, true],
    ['only what is unknown', { include: [UNKNOWN] }, undefined],
    ['what is unknown, and what they do not meet', { include: [UNKNOWN, OUT_OF_RANGE] }, undefined],
    ['all that is required', { include: [EVERYONE], require: [EVERYONE, IN_RANGE] }, true],
    ['one of what is required', { include: [EVERYONE], require: [IN_RANGE, OUT_OF_RANGE] }, false],
    ['a requirement that is unknown', { include: [EVERYONE], require: [UNKNOWN] }, undefined],
    ['an unknown requirement and a broken one', { include: [EVERYONE], require: [UNKNOWN, OUT_OF_RANGE] }, false],
    ['an exclusion that is not theirs', { include: [EVERYONE], exclude: [OUT_OF_RANGE] }, true],
    ['an exclusion of theirs', { include: [EVERYONE], exclude: [OUT_OF_RANGE, IN_RANGE] }, false],
    ['an exclusion that is unknown', { include: [EVERYONE], exclude: [UNKNOWN] }, undefined],
    ['requirements only', { require: [EVERYONE] }, false],
  ])('%s', (_, rules, expected) => {
    expect(answer(rules)).toBe(expected);
  });

  it('without a token only if none is asked for', () => {
    const nobody = { tokenId: null };
    expect(answer({ include: [{ type: 'any_token' }] }, nobody)).toBe(false);
    expect(answer({ include: [{ type: 'token', tokenId: 'a' }] }, nobody)).toBe(false);
    expect(answer({ include: [EVERYONE] }, nobody)).toBe(true);
  });

  it.each<[address: string | null, range: string, expected: boolean | undefined]>([
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.8', '192.0.2.7', false],
    ['192.0.2.8', '192.0.2.7/31', false],
    ['192.0.2.6', '192.0.2.7/31', true],
    ['203.0.113.1', '0.0.0.0/0', true],
    ['::ffff:192.0.2.7', '192.0.2.0/24', true],
    ['2001:db8::1', '2001:db8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['fe80::1%eth0', 'fe80::/10', true],
    ['2001:db8::1', '0.0.0.0/0', false],
    [null, '0.0.0.0/0', undefined],
    ['unknown', '0.0.0.0/0', undefined],
    ['192.0.2.7', 'not a range', undefined],
  ])('address %s and range %s: %s', (address, range, expected) => {
    expect(answer({ include: [{ type: 'ip', range }] }, { address })).toBe(expected);
  });
});

describe('an IP range', () => {
  it.each(['192.0.2.0/24', '192.0.2.7', '2001:db8::/32', '::/0', '::1/128'])('is %s', (text) => {
    expect(isIpRange(text)).toBe(true);
  });

  it.each(['', 'example.com', '192.0.2.0/33', '192.0.2.0/', '::/129', '192.0.2.0/24/8', '192.0.2.0/-1', 'fe80::1%1'])(
    'is not %j',
    (text) => {
      expect(isIpRange(text)).toBe(false);
    },
  );
});

it('names each token once, in order', () => {
  const token = (tokenId: string): Rule => ({ type: 'token', tokenId });
  const rules = { include: [token('b'), EVERYONE], require: [token('b')], exclude: [token('a')] };
  expect(namedTokens(rules)).toEqual(['a', 'b']);
});
