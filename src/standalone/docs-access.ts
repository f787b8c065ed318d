/** Lets only administrators of the server read the documentation. */
import type { Request, RequestHandler, Response } from 'express';
import { DomainError } from '../core/index.js';
import { originOf, retryAfter, sendError } from '../http/index.js';
import { USER_AUDIENCE, type Authenticator } from '../identity/index.js';

/** Who may read the documentation. */
export type DocumentReaders = 'on' | 'off' | 'admin';

/** Makes browsers ask for a name and a password. */
const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="Latchkey documentation", charset="UTF-8"' };

const UNKNOWN = {
  status: 401,
  body: { msg: 'the documentation is for administrators: give an access token of one as the password' },
  headers: CHALLENGE,
};

const NOT_ADMINISTRATOR = { status: 403, body: { msg: 'the documentation is for administrators of the server' } };

/** A middleware for everything below the documentation. */
export function administratorsOnly(authenticator: Authenticator): RequestHandler {
  return (request, response, next) => {
    response.set('Cache-Control', 'no-store');
    authenticator.authenticate(presentedToken(request), USER_AUDIENCE, originOf(request)).then(
      (found) => {
        if (found.status === 'authenticated' && found.principal.user.admin) next();
        else sendError(response, found.status === 'refused' ? UNKNOWN : NOT_ADMINISTRATOR);
      },
      (error: unknown) => {
        failed(response, error);
      },
    );
  };
}

/** In any of the headers that the APIs take it in, or as the password of a browser. */
function presentedToken({ headers }: Request): string | undefined {
  const own = headers['private-token'];
  if (typeof own === 'string') return own;
  const [scheme = '', value = ''] = (headers.authorization ?? '').split(' ');
  if (/^bearer$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return undefined;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

function failed(response: Response, error: unknown): void {
  if (error instanceof DomainError && error.code === 'unavailable') {
    sendError(response, { status: 503, body: { msg: error.message }, headers: retryAfter(error) });
    return;
  }
  sendError(response, {
    status: 500,
    body: { msg: 'internal error; the server log has the details' },
    unexpected: error,
  });
}
