import { describe, expect, it } from '@jest/globals';
import { accountsIn, isGrant, rightsOf, type GroupGrants } from './group-rights.js';

const [A, B] = ['a'.repeat(32), 'b'.repeat(32)];

const GRANTS: GroupGrants = {
  root: ['administrator'],
  ops: [`${A}:administrator`, `${B}:read_only`],
  audit: [`${A}:read_only`],
  staff: ['user'],
};

const roles = (groups: readonly string[]): Record<string, string | null> =>
  Object.fromEntries(rightsOf(GRANTS, groups).roles);

describe('the groups of somebody', () => {
  it('give the highest role of each account, in whatever order they come', () => {
    expect(roles(['ops', 'audit'])).toEqual({ [A]: 'administrator', [B]: 'read_only' });
    expect(roles(['audit', 'ops'])).toEqual({ [A]: 'administrator', [B]: 'read_only' });
  });

  it('take what they do not give, and leave what no group gives', () => {
    expect(rightsOf(GRANTS, ['staff'])).toEqual({
      admin: false,
      roles: new Map([
        [A, null],
        [B, null],
      ]),
      maySignIn: true,
    });
    expect(rightsOf({ staff: ['user'] }, ['staff']).admin).toBeNull();
  });

  it('admit nobody who has none of them', () => {
    for (const groups of [[], ['other'], ['ROOT'], ['constructor', '__proto__', 'toString']]) {
      expect([groups, rightsOf(GRANTS, groups).maySignIn]).toEqual([groups, false]);
    }
  });

  it('are joined by what everybody has', () => {
    expect(rightsOf({ ...GRANTS, '*': ['user'] }, []).maySignIn).toBe(true);
    expect(rightsOf({ '*': [`${A}:read_only`] }, ['x']).roles.get(A)).toBe('read_only');
  });

  it('name accounts once', () => {
    expect(accountsIn(GRANTS)).toEqual([A, B]);
  });
});

it.each([['owner'], [`${A}:owner`], ['A'.repeat(32) + ':read_only'], [`${A}:`], [''], [`${A}:read_only:x`]])(
  'is no grant: %s',
  (text) => {
    expect(isGrant(text)).toBe(false);
  },
);
