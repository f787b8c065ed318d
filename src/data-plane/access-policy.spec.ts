import { describe, expect, it } from '@jest/globals';
import type { Acceptance } from '../core/index.js';
import { PolicyError, admits, intersect, readPolicy } from './access-policy.js';

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

  it('intersected with another admits what both do, also nobody', () => {
    expect(intersect({ kinds: KINDS }, { kinds: ['session'], accounts: [A] })).toEqual({
      kinds: ['session'],
      accounts: [A],
    });
    expect(intersect({ accounts: [A] }, { accounts: [B] })).toMatchObject({ accounts: [] });
  });

  it('is read from a query, repeated or with commas', () => {
    expect(readPolicy(`kind=session,service_token&account=${A}&account=${B}`, KINDS)).toEqual({
      kinds: ['session', 'service_token'],
      accounts: [A, B],
    });
    expect(readPolicy('', KINDS)).toEqual({});
  });

  it.each(['kind=', 'kind=access_token', 'kind=session,', 'account=', `account=${'A'.repeat(32)}`, 'acount=x', 'kind'])(
    'that cannot be understood is refused instead of admitting everybody: %s',
    (query) => {
      expect(() => readPolicy(query, KINDS)).toThrow(PolicyError);
    },
  );
});
