import { describe, expect, it } from '@jest/globals';
import { isComplete, personFrom, type ClaimRules, type Claims } from './claims.js';

const RULES: ClaimRules = { groupsClaim: 'groups', trustAddresses: false };

const person = (sources: Claims[], rules: Partial<ClaimRules> = {}): ReturnType<typeof personFrom> =>
  personFrom('https://id.example.com', '7', sources, { ...RULES, ...rules });

describe('an address', () => {
  const isVerified = (sources: Claims[], trustAddresses = false): boolean =>
    person(sources, { trustAddresses }).isVerified;
  const email = 'a@example.com';

  it('is verified if the provider says so, also as text', () => {
    expect(isVerified([{ email, email_verified: true }])).toBe(true);
    expect(isVerified([{ email, email_verified: 'true' }])).toBe(true);
  });

  it.each([[false], ['false'], [0], [1], ['yes'], [{}]])('is not verified by %j, trusted or not', (verified) => {
    expect(isVerified([{ email, email_verified: verified }])).toBe(false);
    expect(isVerified([{ email, email_verified: verified }], true)).toBe(false);
  });

  it('of which nothing is said is verified only where addresses are trusted', () => {
    expect(isVerified([{ email }])).toBe(false);
    expect(isVerified([{ email }], true)).toBe(true);
  });

  it('is not verified by what is said of another one', () => {
    expect(isVerified([{ email }, { email: 'b@example.com', email_verified: true }])).toBe(false);
    expect(isVerified([{ email }, { email, email_verified: true }])).toBe(true);
    expect(isVerified([{ email }, { email_verified: true }])).toBe(false);
    expect(isVerified([{ email }, { email, email_verified: false }], true)).toBe(false);
  });

  it('is none if it is no text', () => {
    expect([person([{ email: 7 }]).email, person([{ email: ' ' }]).email]).toEqual([null, null]);
  });
});

describe('groups', () => {
  const groups = (claims: Claims, groupsClaim = 'groups'): readonly string[] =>
    person([claims], { groupsClaim }).groups;

  it('are texts in a list, or one text', () => {
    expect(groups({ groups: ['a', 7, null, 'b'] })).toEqual(['a', 'b']);
    expect(groups({ groups: 'a' })).toEqual(['a']);
    expect(groups({})).toEqual([]);
  });

  it('are found by a whole name, or by dots', () => {
    expect(groups({ realm_access: { roles: ['a'] } }, 'realm_access.roles')).toEqual(['a']);
    expect(groups({ 'https://example.com/groups': ['a'] }, 'https://example.com/groups')).toEqual(['a']);
    expect(groups({ a: { b: ['nested'] }, 'a.b': ['whole'] }, 'a.b')).toEqual(['whole']);
    expect(groups({ a: 'text' }, 'a.length')).toEqual([]);
    expect(groups({}, 'constructor.name')).toEqual([]);
  });

  it('of the ID token come before fetched ones, also if there are none', () => {
    expect(person([{ groups: [] }, { groups: ['a'] }]).groups).toEqual([]);
    expect(person([{}, { groups: ['a'] }]).groups).toEqual(['a']);
  });
});

it('claims are complete if nothing has to be fetched', () => {
  const all = { email: 'a@example.com', email_verified: false, groups: [] };
  const { groups: _, ...ungrouped } = all;
  expect([isComplete(all, RULES, true), isComplete(ungrouped, RULES, true)]).toEqual([true, false]);
  expect([isComplete(ungrouped, RULES, false), isComplete({ email: 'a@example.com' }, RULES, false)]).toEqual([
    true,
    false,
  ]);
});
