/** Protects writes by cookie: pages of other origins can make a browser send the cookie, but do not know the token. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { Secret } from '../../../core/index.js';
import { Problem } from '../latchkey.problems.js';

/** The header of writes by cookie (docs/contracts/latchkey.md §1.4). */
export const CSRF_HEADER = 'Latchkey-CSRF';

/** Methods that change nothing. */
export const HARMLESS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** The token of a login of the console: 43 characters that do not reveal the cookie. */
export function csrfTokenOf(cookie: Secret): string {
  return createHmac('sha256', cookie.reveal()).update('latchkey: writes by cookie').digest('base64url');
}

/** @throws Problem `forbidden` for a write without the token, or from a page of another origin */
export function requireOwnPage({ method, headers }: Request, cookie: Secret): void {
  if (HARMLESS.has(method)) return;
  requireSameOrigin(headers['sec-fetch-site'], ['same-origin']);
  const given = headers[CSRF_HEADER.toLowerCase()];
  const expected = Buffer.from(csrfTokenOf(cookie));
  const presented = Buffer.from(typeof given === 'string' ? given : '');
  if (presented.length === expected.length && timingSafeEqual(presented, expected)) return;
  throw new Problem(
    'forbidden',
    `a write by cookie needs the header ${CSRF_HEADER} with the csrf_token of GET /me; outside of the console, send a ` +
      'token as Authorization: Bearer instead',
  );
}

/**
 * @param relation - the header `Sec-Fetch-Site`, which browsers alone send
 * @throws Problem `forbidden` for another relation than these
 */
export function requireSameOrigin(relation: unknown, allowed: readonly string[]): void {
  if (relation === undefined || (typeof relation === 'string' && allowed.includes(relation))) return;
  throw new Problem(
    'forbidden',
    'a web page of another origin made the browser send this request; send it from a page of this server',
  );
}
