import { describe, expect, it } from '@jest/globals';
import type { Acceptance } from '../core/index.js';
import { IDENTITY_HEADERS, identityHeaders } from './identity-headers.js';

const acceptance = (label: string): Acceptance => {
  const token = { id: 'id', kind: 'session', label, accountId: null, expiresAt: null };
  return { status: 'valid', token, owner: null, matched: 'previous' } as unknown as Acceptance;
};

describe('identity headers', () => {
  it('are all there, empty where they do not apply, so that a proxy overwrites what a client sent', () => {
    const headers = identityHeaders(acceptance('name'));
    expect(headers.filter((_, at) => at % 2 === 0)).toEqual(Object.keys(IDENTITY_HEADERS));
    expect(headers.filter((_, at) => at % 2 === 1)).toEqual(['id', 'session', 'name', '', '', '', '', 'previous']);
  });

  it('hold scopes with a space between them', () => {
    const { token, ...rest } = acceptance('name');
    const headers = identityHeaders({ ...rest, token: { ...token, scopes: ['a', 'b'] } });
    expect(headers[headers.indexOf('Latchkey-Scopes') + 1]).toBe('a b');
  });

  it.each([
    ['what would end a header', 'a\r\nb: c', 'a%0D%0Ab%3A%20c'],
    ['more than a hundred characters', 'é'.repeat(101), '%C3%A9'.repeat(100)],
    ['half a surrogate pair', 'a\ud800', 'a%EF%BF%BD'],
  ])('hold a name percent-encoded: %s', (_what, label, encoded) => {
    expect(identityHeaders(acceptance(label))[5]).toBe(encoded);
  });
});
