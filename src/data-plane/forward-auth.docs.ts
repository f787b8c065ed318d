/** Documents `/verify`. */
import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { ADMITTED_KINDS } from './admission.js';
import { IDENTITY_HEADERS } from './identity-headers.js';
import { OAuthErrorView } from './oauth/oauth.docs.js';
import { SCHEMES } from './security-schemes.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;
type Header = NonNullable<Extract<Operation['responses'][string], { description: string }>['headers']>[string];

const DESCRIPTION =
  'For proxies: nginx `auth_request`, Caddy `forward_auth`, Traefik ForwardAuth, Envoy ext_authz. Any method is ' +
  'answered alike, and a body is not looked at. The credential is a service token (`CF-Access-Client-Id` and ' +
  '`CF-Access-Client-Secret`), or a personal or login token (`Private-Token`, or `Authorization: Bearer`): exactly ' +
  'one, once; nothing in the query is ever a credential. For proxies that append the original path and query to a ' +
  'prefix (Envoy), the rule may stand in the path: `/verify/only/kind=service_token/…` is `/verify?kind=service_token`.';

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The rule in the query cannot be understood; the description says why.',
  401: 'There is no credential that is accepted. Why not is told to nobody.',
  403: 'The credential is valid, but the rule does not admit it.',
  500: 'A fault of the server.',
  503: 'The database cannot serve now.',
};

const MORE_HEADERS: Readonly<Record<number, Record<string, Header>>> = {
  401: { 'WWW-Authenticate': shown('The challenge (RFC 6750).', 'Bearer realm="latchkey", error="invalid_token"') },
  503: { 'Retry-After': shown('Seconds to wait.', '2') },
};

export function verifyPath(): PathItem {
  const parameters = [
    parameter('kind', 'Kinds of token that are admitted; all unless given.', {
      type: 'string',
      enum: [...ADMITTED_KINDS],
    }),
    parameter('account', 'Ids of the accounts whose tokens are admitted; all, and those of no account, unless given.', {
      type: 'string',
      pattern: '^[0-9a-f]{32}$',
    }),
  ];
  const { clientId, clientSecret, privateToken, bearer } = SCHEMES;
  return {
    get: {
      operationId: 'ForwardAuth_verify',
      tags: ['Forward-auth'],
      summary: 'Ask whether a request may pass',
      description: DESCRIPTION,
      parameters,
      security: [{ [clientId]: [], [clientSecret]: [] }, { [privateToken]: [] }, { [bearer]: [] }],
      responses: { 200: admitted(), ...Object.fromEntries(Object.entries(REFUSALS).map(refusal)) },
    },
  };
}

function admitted(): Operation['responses'][string] {
  const identity = Object.entries(IDENTITY_HEADERS).map(([name, { description, example }]) => [
    name,
    shown(description, example),
  ]);
  const keeping = '`no-store`; or, if VERIFY_MAX_AGE_SECONDS allows it, for how long the answer may be kept.';
  return {
    description: 'It may pass. Who it is stands in the headers, each of which is always there. No body.',
    headers: {
      ...(Object.fromEntries(identity) as Record<string, Header>),
      'Cache-Control': shown(keeping, 'max-age=60, must-revalidate'),
    },
  };
}

function refusal([status, description]: [string, string]): [string, Operation['responses'][string]] {
  const content = { 'application/json': { schema: { $ref: getSchemaPath(OAuthErrorView) } } };
  const headers = { ...MORE_HEADERS[Number(status)], 'Cache-Control': shown('Never kept.', 'no-store') };
  return [status, { description, headers, content }];
}

/** One that may be given several times, or with commas. */
function parameter(name: string, description: string, items: object) {
  return { name, in: 'query', required: false, description, schema: { type: 'array', items } } as const;
}

function shown(description: string, example: string): Header {
  return { description, schema: { type: 'string', example } };
}
