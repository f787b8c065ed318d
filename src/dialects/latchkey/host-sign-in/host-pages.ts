/**
 * Protects requests that the host's sign-in answers for. Browsers add the cookie of the host to requests that pages of other
 * origins make, whatever its attributes are; and the host may allow such pages to read its answers (CORS).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { Problem } from '../latchkey.problems.js';
import { CSRF_HEADER, HARMLESS, requireSameOrigin } from '../session/csrf.js';

/**
 * What the header of writes has to hold. It is no secret: what protects is that no page of another origin can send the
 * header. It belongs to the user, so that a page that somebody has left open writes nothing for the next one.
 */
export function hostCsrfToken(user: string): string {
  return createHash('sha256').update(`latchkey: writes by the sign-in of the host\n${user}`).digest('base64url');
}

/**
 * @param user - the id of the user as everybody sees it
 * @throws Problem `forbidden` for a request that a page of another origin has made, and for a write that one could have made
 */
export function requireOwnOrigin(request: Request, user: string): void {
  const { method, headers } = request;
  const isRead = HARMLESS.has(method);
  const relation = headers['sec-fetch-site'];
  requireSameOrigin(relation, isRead ? ['same-origin', 'none'] : ['same-origin']);
  if (relation === undefined) requireOrigin(request);
  // No browser adds it by itself, and its value is not one that another page could know.
  if (isRead || isBearer(headers.authorization)) return;
  const given = Buffer.from(String(headers[CSRF_HEADER.toLowerCase()] ?? ''));
  const expected = Buffer.from(hostCsrfToken(user));
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new Problem(
    'forbidden',
    `a write by the sign-in of the host needs the header ${CSRF_HEADER} with the csrf_token of GET /me; programs send a ` +
      'token as Authorization: Bearer instead',
  );
}

function isBearer(authorization: string | undefined): boolean {
  return authorization !== undefined && /^Bearer +\S/i.test(authorization);
}

/** For browsers that do not say how the page is related: by plain HTTP, they say its origin. @throws Problem */
function requireOrigin({ headers: { origin }, host }: Request): void {
  if (origin === undefined) return;
  if (URL.canParse(origin) && new URL(origin).host === withoutDefaultPort(host, new URL(origin).protocol)) return;
  throw new Problem(
    'forbidden',
    `a page of ${origin.slice(0, 100)} made the browser send this request to ${host.slice(0, 100)}; send it from a ` +
      'page of this server. If it was one, let the proxy pass the header Host on, or X-Forwarded-Host to a host that ' +
      'trusts it (trust proxy)',
  );
}

function withoutDefaultPort(host: string | undefined, protocol: string): string {
  const address = `${protocol}//${host ?? ''}`;
  return URL.canParse(address) ? new URL(address).host : '';
}
