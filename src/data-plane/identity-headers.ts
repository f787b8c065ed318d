/** Who was let in, as headers for the service behind the proxy. */
import type { Acceptance } from '../core/index.js';

interface IdentityHeader {
  readonly value: (acceptance: Acceptance) => string;
  readonly description: string;
  readonly example: string;
}

/** Code points of a name that are passed on: proxies take headers of a few KiB. */
const NAME_MAX = 100;

/** Every header is there, empty where it does not apply, so that a proxy overwrites what a client sent. */
export const IDENTITY_HEADERS = {
  'Latchkey-Token-Id': {
    value: ({ token }) => token.id,
    description: 'The id of the token, a UUID.',
    example: '3537a672-e4d8-4d89-aab9-26cb622918a1',
  },
  'Latchkey-Token-Kind': {
    value: ({ token }) => token.kind,
    description: 'Its kind: one of those that the parameter `kind` can have.',
    example: 'personal_token',
  },
  'Latchkey-Token-Name': {
    value: ({ token }) => encodeURIComponent(Array.from(token.label).slice(0, NAME_MAX).join('').toWellFormed()),
    description: 'Its name: UTF-8 in percent-encoding, of at most 100 characters.',
    example: 'CI%2FCD%20token',
  },
  'Latchkey-Account-Id': {
    value: ({ token }) => token.accountId ?? '',
    description: 'The account that it belongs to; empty for tokens of users.',
    example: '023e105f4ecef8ad9ca31a8372d0c353',
  },
  'Latchkey-User-Id': {
    value: ({ owner }) => (owner ? String(owner.id) : ''),
    description: 'The user for whom it acts; empty for tokens of services.',
    example: '',
  },
  'Latchkey-Expires-At': {
    value: ({ token }) => token.expiresAt?.toISOString() ?? '',
    description: 'When it expires, in UTC (RFC 3339); empty when it never does.',
    example: '2026-09-25T22:26:26.000Z',
  },
  'Latchkey-Matched-Secret': {
    value: ({ matched }) => matched,
    description: '`current`, or `previous` while an overlap runs.',
    example: 'current',
  },
} satisfies Readonly<Record<string, IdentityHeader>>;

const COMPUTED = new WeakMap<Acceptance, readonly string[]>();

/** Names and values in turn. */
export function identityHeaders(acceptance: Acceptance): readonly string[] {
  const known = COMPUTED.get(acceptance);
  if (known) return known;
  const headers = Object.entries(IDENTITY_HEADERS).flatMap(([name, { value }]) => [name, value(acceptance)]);
  COMPUTED.set(acceptance, headers);
  return headers;
}
