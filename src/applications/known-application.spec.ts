import { describe, expect, it } from '@jest/globals';
import type { Application } from './application.entity.js';
import { KnownApplication, type Admission, type VerifiedToken } from './known-application.js';
import type { Policy, PolicyDecision } from './policy.entity.js';
import type { Rule, Rules } from './rules.js';

const TOKEN: VerifiedToken = { id: 'token-1', accountId: 'account-1', kind: 'machine' };
const ADDRESS = '192.0.2.7';

const EVERYONE: Rule = { type: 'everyone' };
const ANY_TOKEN: Rule = { type: 'any_token' };
const MINE: Rule = { type: 'token', tokenId: TOKEN.id };
const UNKNOWN: Rule = { type: 'other', name: 'country', value: {} };

const policy = (decision: PolicyDecision, rules: Partial<Rules>): Policy =>
  ({ decision, tokenKind: 'machine', include: [], require: [], exclude: [], ...rules }) as unknown as Policy;

const application = (...policies: Policy[]): KnownApplication =>
  new KnownApplication({ id: 'application-1', accountId: 'account-1', aud: 'a'.repeat(64) } as Application, policies);

describe('an application', () => {
  it.each<[string, Policy[], Admission]>([
    ['without policies', [], 'not_admitted'],
    ['for this token', [policy('services', { include: [MINE] })], 'admitted'],
    ['for another token', [policy('services', { include: [{ type: 'token', tokenId: 'x' }] })], 'not_admitted'],
    ['for any token', [policy('services', { include: [ANY_TOKEN] })], 'admitted'],
    ['for every service', [policy('services', { include: [EVERYONE] })], 'admitted'],
    ['for people only', [policy('people', { include: [EVERYONE, MINE, ANY_TOKEN] })], 'not_admitted'],
    ['bypassed', [policy('bypass', { include: [EVERYONE] })], 'bypassed'],
    [
      'bypassed, and for this token',
      [policy('bypass', { include: [EVERYONE] }), policy('services', { include: [MINE] })],
      'admitted',
    ],
    [
      'bypassed, and denied to this token later',
      [policy('bypass', { include: [EVERYONE] }), policy('deny', { include: [MINE] })],
      'bypassed',
    ],
    [
      'for people, then for services',
      [policy('people', { include: [EVERYONE] }), policy('services', { include: [MINE] })],
      'admitted',
    ],
    [
      'that first denies',
      [policy('deny', { include: [MINE] }), policy('services', { include: [MINE] })],
      'not_admitted',
    ],
    [
      'that first admits',
      [policy('services', { include: [MINE] }), policy('deny', { include: [EVERYONE] })],
      'admitted',
    ],
    [
      'that denies others',
      [
        policy('deny', { include: [{ type: 'ip', range: '198.51.100.0/24' }] }),
        policy('services', { include: [MINE] }),
      ],
      'admitted',
    ],
    [
      'that denies whom nobody can tell',
      [policy('deny', { include: [UNKNOWN] }), policy('services', { include: [MINE] })],
      'not_admitted',
    ],
    ['for whom nobody can tell', [policy('services', { include: [UNKNOWN] })], 'not_admitted'],
    [
      'that requires what nobody can tell',
      [policy('services', { include: [MINE], require: [UNKNOWN] })],
      'not_admitted',
    ],
    [
      'that excludes whom nobody can tell',
      [policy('services', { include: [MINE], exclude: [UNKNOWN] })],
      'not_admitted',
    ],
    ['bypassed by whom nobody can tell', [policy('bypass', { include: [UNKNOWN] })], 'not_admitted'],
  ])('%s', (_, policies, expected) => {
    expect(application(...policies).decide(TOKEN, ADDRESS)).toBe(expected);
  });

  it.each<[string, VerifiedToken | null]>([
    ['of another account', { ...TOKEN, accountId: 'account-2' }],
    ['of no account', { ...TOKEN, accountId: null }],
    ['of another kind', { ...TOKEN, kind: 'person' }],
    ['that is missing', null],
  ])('admits no token %s, unless it is bypassed', (_, token) => {
    for (const rule of [MINE, ANY_TOKEN, EVERYONE]) {
      expect(application(policy('services', { include: [rule] })).decide(token, ADDRESS)).toBe('not_admitted');
    }
    for (const rule of [MINE, ANY_TOKEN]) {
      expect(application(policy('bypass', { include: [rule] })).decide(token, ADDRESS)).toBe('not_admitted');
    }
    expect(application(policy('bypass', { include: [EVERYONE] })).decide(token, ADDRESS)).toBe('bypassed');
  });

  it.each(['include', 'require', 'exclude'] as const)('needs the address for a range of addresses to %s', (list) => {
    const range: Rule = { type: 'ip', range: '192.0.2.0/24' };
    expect(application(policy('services', { include: [MINE], [list]: [range] })).needsAddress).toBe(true);
    expect(application(policy('services', { include: [MINE], [list]: [ANY_TOKEN] })).needsAddress).toBe(false);
    expect(application(policy('people', { [list]: [range] })).needsAddress).toBe(false);
  });

  it('does not admit by an address that is not known', () => {
    const inside = application(
      policy('services', { include: [MINE], require: [{ type: 'ip', range: '192.0.2.0/24' }] }),
    );
    expect(inside.decide(TOKEN, ADDRESS)).toBe('admitted');
    expect(inside.decide(TOKEN, '198.51.100.1')).toBe('not_admitted');
    expect(inside.decide(TOKEN, null)).toBe('not_admitted');
    const outside = application(
      policy('services', { include: [MINE], exclude: [{ type: 'ip', range: '192.0.2.0/24' }] }),
    );
    expect(outside.decide(TOKEN, null)).toBe('not_admitted');
    expect(outside.decide(TOKEN, '198.51.100.1')).toBe('admitted');
  });
});
