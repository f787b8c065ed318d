/** The headers that identify an admitted caller to the service behind the proxy. */
import { shownIdOf, type Acceptance } from '../core/index.js';

interface IdentityHeader {
  readonly value: (acceptance: Acceptance) => string;
  readonly description: string;
  readonly example: string;
}

/** Maximum number of code points of a name to pass on: proxies accept headers of a few KiB. */
const NAME_MAX = 100;

/** Every header is always sent, empty if it does not apply, so that the proxy overwrites one sent by the client. */
export const IDENTITY_HEADERS = {
  'Latchkey-Token-Id': {
    value: ({ token }) => token.id,
    description: 'The id of the token, a UUID.',
    example: '3537a672-e4d8-4d89-aab9-26cb622918a1',
  },
  'Latchkey-Token-Kind': {
    value: ({ token }) => token.kind,
    description: 'Its kind: one of the values of the parameter `kind`.',
    example: 'personal_token',
  },
  'Latchkey-Token-Name': {
    value: ({ token }) => encodeURIComponent(Array.from(token.label).slice(0, NAME_MAX).join('').toWellFormed()),
    description: 'Its name: UTF-8, percent-encoded, at most 100 characters.',
    example: 'CI%2FCD%20token',
  },
  'Latchkey-Account-Id': {
    value: ({ token }) => token.accountId ?? '',
    description: 'The account it belongs to; empty for tokens of users.',
    example: '023e105f4ecef8ad9ca31a8372d0c353',
  },
  'Latchkey-User-Id': {
    value: ({ owner }) => (owner ? shownIdOf(owner) : ''),
    description: 'The user it acts for; empty for tokens of services.',
    example: '',
  },
  'Latchkey-Expires-At': {
    value: ({ token }) => token.expiresAt?.toISOString() ?? '',
    description: 'When it expires, in UTC (RFC 3339); empty if it never expires.',
    example: '2026-09-25T22:26:26.000Z',
  },
  'Latchkey-Scopes': {
    value: ({ token }) => token.scopes?.join(' ') ?? '',
    description: 'The scopes that it holds, sorted, with a space between them; empty for tokens without scopes.',
    example: 'deploy:read deploy:write',
  },
  'Latchkey-Matched-Secret': {
    value: ({ matched }) => matched,
    description: '`current`, or `previous` if the old secret was used during an overlap.',
    example: 'current',
  },
} satisfies Readonly<Record<string, IdentityHeader>>;

/** The same headers for requests that pass without a token. */
export const NO_IDENTITY: readonly string[] = Object.keys(IDENTITY_HEADERS).flatMap((name) => [name, '']);

const COMPUTED = new WeakMap<Acceptance, readonly string[]>();

/** The headers as alternating names and values. */
export function identityHeaders(acceptance: Acceptance): readonly string[] {
  const known = COMPUTED.get(acceptance);
  if (known) return known;
  const headers = Object.entries(IDENTITY_HEADERS).flatMap(([name, { value }]) => [name, value(acceptance)]);
  COMPUTED.set(acceptance, headers);
  return headers;
}
