import { describe, expect, it } from '@jest/globals';
import type { Acceptance } from '../core/index.js';
import { ROLES } from '../identity/index.js';
import { PolicyError, admits, admitsMember, holdsScopes, intersect, namesHolders } from './access-policy.js';
import { readPolicy } from './policy-query.js';

const TOKEN = '3537a672-e4d8-4d89-aab9-26cb622918a1';
const BROKEN = [
  'kind=',
  'kind=access_token',
  'kind=session,',
  'account=',
  `account=${'A'.repeat(32)}`,
  'acount=x',
  'kind',
  'token=x',
  `token=${TOKEN.toUpperCase()}`,
  'user=0',
  'user=1e3',
  'user=01000',
  'user=99999999999',
  'user=',
  'member_of=x',
  'role=administrator',
  `member_of=${'a'.repeat(32)}&role=owner`,
  `memberOf=${'a'.repeat(32)}`,
  'scope=',
  'scope=+',
  'scope=a&scope=',
  'scope=a%22',
  'scope=a%5C',
  'scope=%C3%A9',
  'scope=a%0D%0A',
  `scope=${'a'.repeat(101)}`,
  'scopes=a',
];
/** As Latchkey's own users have them. */
const NUMBERS = { isUserId: (text: string): boolean => /^[1-9]\d{0,9}$/.test(text), userIdForm: 'a whole number' };
const KINDS = ['service_token', 'session'];
const [A, B] = ['a'.repeat(32), 'b'.repeat(32)];
const acceptance = (kind: string, accountId: string | null): Acceptance =>
  ({ status: 'valid', token: { kind, accountId }, owner: null, matched: 'current' }) as Acceptance;

describe('an access policy', () => {
  it('that names nothing admits every valid token', () => {
    expect(admits({}, acceptance('session', null))).toBe(true);
  });

  it('admits the kinds and accounts that it names, and needs both', () => {
    const policy = { kinds: ['service_token'], accounts: [A] };
    expect(admits(policy, acceptance('service_token', A))).toBe(true);
    expect(admits(policy, acceptance('service_token', B))).toBe(false);
    expect(admits(policy, acceptance('session', A))).toBe(false);
  });

  it('that names accounts admits no token without one', () => {
    expect(admits({ accounts: [A] }, acceptance('session', null))).toBe(false);
  });

  it('with an empty list admits nobody', () => {
    expect(admits({ kinds: [] }, acceptance('session', A))).toBe(false);
    expect(admits({ accounts: [] }, acceptance('session', A))).toBe(false);
  });

  it('intersected with another admits what both do, which may be nobody', () => {
    expect(intersect({ kinds: KINDS }, { kinds: ['session'], accounts: [A] })).toEqual({
      kinds: ['session'],
      accounts: [A],
    });
    expect(intersect({ accounts: [A] }, { accounts: [B] })).toMatchObject({ accounts: [] });
  });

  it('admits the tokens and users that it names, and needs both', () => {
    const [token, other] = [
      { token: { id: 'one' }, owner: { id: 7 } },
      { token: { id: 'two' }, owner: null },
    ].map((values) => ({ ...acceptance('session', null), ...values }) as unknown as Acceptance) as [
      Acceptance,
      Acceptance,
    ];
    expect([token, other].map((each) => admits({ tokens: ['one'] }, each))).toEqual([true, false]);
    expect([token, other].map((each) => admits({ users: [7] }, each))).toEqual([true, false]);
    expect(admits({ tokens: ['one'], users: [8] }, token)).toBe(false);
    expect(admits({ users: [] }, token)).toBe(false);
  });

  it('admits users of a host by the ids of the host, and not by the numbers that stand for them', () => {
    const owner = { id: 1_000_000_007, hostId: '7' };
    const token = { ...acceptance('session', null), owner } as unknown as Acceptance;
    expect([['7'], [7], [1_000_000_007], ['07']].map((users) => admits({ users }, token))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(intersect({ users: [7, 8] }, { users: ['7'] })).toMatchObject({ users: ['7'] });
  });

  it('admits members of one of its accounts, in a role that it names', () => {
    const held = new Map([[A, 'read_only' as const]]);
    expect(admitsMember({ memberOf: [B, A] }, held)).toBe(true);
    expect(admitsMember({ memberOf: [B] }, held)).toBe(false);
    expect(admitsMember({ memberOf: [A], roles: ['administrator'] }, held)).toBe(false);
    expect(admitsMember({ memberOf: [A], roles: ['administrator', 'read_only'] }, held)).toBe(true);
    expect(admitsMember({ memberOf: [A], roles: [] }, held)).toBe(false);
  });

  it.each([
    ['', false],
    ['kind=session', false],
    [`account=${A}`, true],
    [`member_of=${A}`, true],
    ['user=1000', true],
    [`token=${TOKEN}`, true],
  ])('says whose tokens it means, or does not: %s', (query, says) => {
    expect(namesHolders(readPolicy(query, KINDS, NUMBERS))).toBe(says);
  });

  it('is read from a query, repeated or with commas', () => {
    expect(readPolicy(`kind=session,service_token&account=${A}&account=${B}`, KINDS, NUMBERS)).toEqual({
      kinds: ['session', 'service_token'],
      accounts: [A, B],
    });
    expect(
      readPolicy(`token=${TOKEN}&user=1000,1001&member_of=${A}&role=administrator&role=read_only`, KINDS, NUMBERS),
    ).toEqual({
      tokens: [TOKEN],
      users: ['1000', '1001'],
      memberOf: [A],
      roles: ['administrator', 'read_only'],
    });
    expect(readPolicy('', KINDS, NUMBERS)).toEqual({});
  });

  it('asks for a role that both of two policies have', () => {
    const [reader, both] = [
      readPolicy(`member_of=${A}&role=read_only`, KINDS, NUMBERS),
      { memberOf: [A], roles: ROLES },
    ];
    for (const one of [intersect(both, reader), intersect(reader, both)]) expect(one.roles).toEqual(['read_only']);
    expect(intersect(reader, { roles: ['administrator'] }).roles).toEqual([]);
  });

  it('asks for scopes, repeated or with spaces; commas are part of one', () => {
    for (const query of ['scope=a&scope=b,c', 'scope=a+b,c', 'scope=a%20b,c', 'scope=+a++b,c']) {
      expect(readPolicy(query, KINDS, NUMBERS)).toEqual({ scopes: ['a', 'b,c'] });
    }
    expect(namesHolders(readPolicy('scope=a', KINDS, NUMBERS))).toBe(false);
  });

  it.each([
    [undefined, [], true],
    [['a'], [], false],
    [['a'], ['a'], true],
    [['a'], ['A'], false],
    [['a'], ['ab'], false],
    [['a', 'b'], ['a'], false],
    [['a', 'b'], ['a', 'b', 'c'], true],
    [[], ['a'], false],
  ])('that asks for the scopes %j, of a token with %j: %s', (scopes, held, holds) => {
    expect(holdsScopes({ scopes }, { ...acceptance('session', null), scopes: held })).toBe(holds);
  });

  it('intersected with another asks for the scopes of both', () => {
    expect(intersect({ scopes: ['a', 'b'] }, { scopes: ['b', 'c'] })).toMatchObject({ scopes: ['a', 'b', 'c'] });
    expect(intersect({ scopes: ['a'] }, {})).toMatchObject({ scopes: ['a'] });
    expect(intersect({}, { scopes: ['a'] })).toMatchObject({ scopes: ['a'] });
    expect(intersect({ scopes: [] }, { scopes: ['a'] })).toMatchObject({ scopes: [] });
  });

  it.each(BROKEN)('that is invalid is refused instead of admitting everybody: %s', (query) => {
    expect(() => readPolicy(query, KINDS, NUMBERS)).toThrow(PolicyError);
  });
});
