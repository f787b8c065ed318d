/** Who was let in, as headers for the service behind the proxy. */
import type { Acceptance } from '../core/index.js';

/** Code points of a name that are passed on: proxies take headers of a few KiB. */
const NAME_MAX = 100;

/** Every header is there, empty where it does not apply, so that a proxy overwrites what a client sent. */
const COMPUTED = new WeakMap<Acceptance, string[]>();

/**
 * Names and values in turn: token id (UUID), kind, name (percent-encoded UTF-8, at most 100 characters), account id,
 * user id, expiry (RFC 3339), and which secret matched.
 */
export function identityHeaders(acceptance: Acceptance): readonly string[] {
  const known = COMPUTED.get(acceptance);
  if (known) return known;
  const { token, owner, matched } = acceptance;
  const headers = [
    ...['Latchkey-Token-Id', token.id],
    ...['Latchkey-Token-Kind', token.kind],
    ...['Latchkey-Token-Name', encodeURIComponent(Array.from(token.label).slice(0, NAME_MAX).join('').toWellFormed())],
    ...['Latchkey-Account-Id', token.accountId ?? ''],
    ...['Latchkey-User-Id', owner ? String(owner.id) : ''],
    ...['Latchkey-Expires-At', token.expiresAt?.toISOString() ?? ''],
    ...['Latchkey-Matched-Secret', matched],
  ];
  COMPUTED.set(acceptance, headers);
  return headers;
}
