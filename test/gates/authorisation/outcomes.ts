/** Translates answers of every API into common outcomes; an answer in no known form is shown unchanged. */
import { beyondScopes, refusedForScopes } from '../../../src/core/index.js';
import type { Reply } from '../../support/http.js';
import { SCOPES } from './callers.js';
import type { Api } from './presentations.js';

export type Outcome =
  | 'done'
  | 'unauthenticated'
  | 'not permitted'
  /** The credential is right, its owner is blocked or not approved. */
  | 'unusable'
  /** Answered like something that does not exist. */
  | 'hidden'
  | 'not oneself';

/** The outcome that exactly this answer stands for in this API; it may contain nothing else. */
const FORMS: Readonly<Record<Api, readonly (readonly [outcome: Outcome, status: number, body: unknown])[]>> = {
  canvus: [
    ['unauthenticated', 401, { message: '401 Unauthorized' }],
    ['not permitted', 403, { msg: 'Permission denied' }],
    ['not permitted', 403, { msg: refusedForScopes().message }],
    ['unusable', 403, { msg: 'The user is blocked or waits for approval' }],
    ['hidden', 404, { msg: 'User ID not found' }],
    ['hidden', 404, { msg: 'Group ID not found' }],
    ['not oneself', 403, { msg: 'You cannot delete yourself; another administrator can' }],
  ],
  cloudflare: [
    ['unauthenticated', 400, cloudflare(9106, 'Missing X-Auth-Key, X-Auth-Email or Authorization headers')],
    ['unauthenticated', 400, cloudflareHeader(6111, 'Invalid format for Authorization header')],
    ['unauthenticated', 400, cloudflareHeader(6103, 'Invalid format for X-Auth-Key header')],
    ['unauthenticated', 403, cloudflare(9103, 'Unknown X-Auth-Key or X-Auth-Email')],
    ['unauthenticated', 401, cloudflare(10000, 'Authentication error')],
    ['unauthenticated', 401, cloudflare(1000, 'Invalid API Token')],
    [
      'unauthenticated',
      401,
      cloudflare(1000, 'Invalid API Token: it belongs to a user; verify it at /user/tokens/verify'),
    ],
    ['not permitted', 403, cloudflare(10000, 'Authentication error')],
    ['not permitted', 403, cloudflare(10000, refusedForScopes().message)],
  ],
  crm: [
    ['unauthenticated', 200, crm('SECURITY.INVALIDTOKEN', '', 'The token is not valid. Log in again.')],
    ['unauthenticated', 200, crm('SECURITY.INVALIDCREDENTIALS', '', 'The credentials are not valid.')],
    [
      'unauthenticated',
      200,
      crm('GENERAL.MANDATORYPARAMETERMISSING', 'key: the user name of HTTP Basic', 'A mandatory parameter is missing.'),
    ],
    [
      'not permitted',
      200,
      crm(
        'SECURITY.OPERATIONNOTPERMITTED',
        'members with the role read_only may only show and list',
        'The operation is not permitted.',
      ),
    ],
    ...[
      'the login of a consumer may show and list their access tokens, change their pass code, and end',
      'the user whose key the application has is not an administrator of the organisation',
      'this needs the login of a consumer, by authentication/consumer_application_key/token',
    ].map(
      (told) =>
        ['not permitted', 200, crm('SECURITY.OPERATIONNOTPERMITTED', told, 'The operation is not permitted.')] as const,
    ),
    ['hidden', 200, crm('ACCESSTOKENS.ACCESSTOKENNOTFOUND', '', 'The access token was not found.')],
  ],
  oauth: [
    ['unauthenticated', 401, oauth('invalid_client', 'the service token is not accepted')],
    ['unauthenticated', 401, oauth('invalid_token', 'the token is not accepted')],
    [
      'unauthenticated',
      401,
      oauth(
        'invalid_client',
        'authenticate with a service token by HTTP Basic (client id and secret), or a token of a user as Bearer',
      ),
    ],
    ['not permitted', 400, oauth('unauthorized_client', 'the caller may see this token, but not revoke it')],
    ['hidden', 200, { active: false }],
  ],
  latchkey: [
    ['unauthenticated', 401, problem('unauthenticated', 401, 'this needs a token as Authorization: Bearer')],
    ['unauthenticated', 401, problem('unauthenticated', 401, 'the token is not accepted')],
    ['unauthenticated', 401, problem('unauthenticated', 401, 'the login has ended; log in again')],
    [
      'unauthenticated',
      403,
      problem('forbidden', 403, 'a service token does not sign in here; send a personal token or a login token'),
    ],
    ['not permitted', 403, problem('forbidden', 403, 'only administrators of the server may do this')],
    ['not permitted', 403, problem('forbidden', 403, 'only administrators of the account may do this')],
    ['not permitted', 403, problem('forbidden', 403, refusedForScopes().message)],
    ['not permitted', 403, problem('forbidden', 403, beyondScopes(SCOPES).message)],
    // Whoever learns this was admitted.
    ['done', 409, problem('conflict', 409, 'another backup is being made or downloaded; try again when it is done')],
    [
      'done',
      409,
      problem(
        'conflict',
        409,
        'a PostgreSQL database is backed up by its own tools: run pg_dump --format=custom --exclude-table-data=latchkey_instance against it',
      ),
    ],
    ['hidden', 404, problem('not-found', 404, 'there is no such account, or you may not see it')],
    ['hidden', 404, problem('not-found', 404, 'there is no such user, or you may not see it')],
    ['hidden', 404, problem('not-found', 404, 'there is no such token, or you may not see it')],
    ['hidden', 404, problem('not-found', 404, 'there is no such login, or you may not see it')],
    [
      'hidden',
      404,
      problem('not-found', 404, 'people do not sign in by OpenID Connect here; OPENID_ISSUER is not set'),
    ],
  ],
  verify: [
    ['unauthenticated', 401, oauth('unauthorized', 'missing or invalid credentials')],
    // Nothing in a query is ever a credential.
    [
      'unauthenticated',
      400,
      oauth('invalid_request', 'token is not the id of a token; give a lower-case UUID, never a secret'),
    ],
    // The id of a token is valid for the parameter `token`, but the next parameter is unknown.
    [
      'unauthenticated',
      400,
      oauth(
        'invalid_request',
        'the parameter "access_token" is not known; there are kind, account, token, user, member_of, role, scope and app',
      ),
    ],
  ],
};

/** By the API, and the status and text of the answer. */
const OUTCOMES = new Map(
  Object.entries(FORMS).flatMap(([api, forms]) =>
    forms.map(([outcome, status, body]) => [`${api} ${String(status)} ${JSON.stringify(body)}`, outcome] as const),
  ),
);

export function outcomeOf(api: Api, { status, text }: Reply): string {
  const usual = text
    .replace(/"(User|Group) \d+ not found"/, '"$1 ID not found"')
    .replace(/,"instance":"[^"]*","request_id":"[^"]*"/, '');
  const known = OUTCOMES.get(`${api} ${String(status)} ${usual}`);
  if (known) return known;
  const isDone = [200, 201, 202, 204].includes(status) && (api !== 'crm' || text.startsWith('{"status":{"code":"OK"'));
  return isDone ? 'done' : `${String(status)} ${text}`;
}

function cloudflare(code: number, message: string): unknown {
  return { result: null, success: false, errors: [{ code, message }], messages: [] };
}

function cloudflareHeader(code: number, message: string): unknown {
  const error = { code: 6003, message: 'Invalid request headers', error_chain: [{ code, message }] };
  return { result: null, success: false, errors: [error], messages: [] };
}

function problem(type: string, status: number, detail: string): unknown {
  const titles: Readonly<Record<string, string>> = {
    unauthenticated: 'No valid credential',
    forbidden: 'Not permitted',
    'not-found': 'Not found',
    conflict: 'It does not fit the present state',
  };
  return { type: `/latchkey/v1/problems#${type}`, title: titles[type], status, detail };
}

function crm(name: string, description: string, message: string): unknown {
  return { status: { code: `COM.CRM.EXCEPTION.${name}EXCEPTION`, description, message }, data: {} };
}

function oauth(error: string, description: string): unknown {
  return { error, error_description: description };
}
