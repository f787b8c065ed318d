/** Documents `/verify` for OpenAPI. */
import type { OpenAPIObject } from '@nestjs/swagger';
import { getSchemaPath } from '../internals/index.js';
import { optionalExamples } from '../http/index.js';
import type { AssertionForms } from '../assertions/index.js';
import type { CredentialForms, CredentialScheme } from '../core/index.js';
import { HOST_ID_MAX, ROLES } from '../identity/index.js';
import { kindsByHolder, presentableNouns, presentableSchemes } from './form-descriptions.js';
import { IDENTITY_HEADERS } from './identity-headers.js';
import { OAuthErrorView } from './oauth/oauth.docs.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;
type Header = NonNullable<Extract<Operation['responses'][string], { description: string }>['headers']>[string];

function description(forms: CredentialForms): string {
  const rule = `kind=${forms.kinds[0] ?? ''}`;
  return (
    'For proxies: nginx `auth_request`, Caddy `forward_auth`, Traefik ForwardAuth, Envoy ext_authz. All methods are ' +
    `answered alike, and the body is ignored. The credential is ${presentableNouns(forms)}. Send exactly one: ` +
    'what the rule cannot admit, and what is no credential of this server next to one that is, belongs to the ' +
    'application and is ignored. The query never contains credentials. All parameters that are given have to hold. On a server with several accounts ' +
    'a policy has to say whose tokens it means: by `account`, `member_of`, `user` or `token`. Proxies that append the original path and query to a prefix (Envoy) can put ' +
    `the policy into the path: \`/verify/only/${rule}/…\` is the same as \`/verify?${rule}\`.`
  );
}

interface ErrorExample extends OAuthErrorView {
  readonly description: string;
}

const REFUSALS: Readonly<Record<number, ErrorExample>> = {
  400: {
    description: 'The policy in the query is invalid; the error description says why.',
    error: 'invalid_request',
    error_description:
      'the parameter "kinds" is not known; there are kind, account, token, user, member_of, role, scope and app',
  },
  401: {
    description: 'Missing or invalid credentials. The reason is not disclosed.',
    error: 'unauthorized',
    error_description: 'missing or invalid credentials',
  },
  403: {
    description:
      'The credential is valid, but the policy does not admit it, or asks for a scope that the token lacks; or the policy names no account, member, user or ' +
      'token although there are several accounts, which the error description then says.',
    error: 'forbidden',
    error_description: 'the credential is valid, but not admitted here',
  },
  429: {
    description: 'Too many wrong passwords of a token were presented.',
    error: 'too_many_requests',
    error_description: 'Too many wrong passwords of tokens; try again in 72 seconds',
  },
  431: {
    description: 'In a host: more headers than its HTTP server keeps.',
    error: 'invalid_request',
    error_description: 'the request has 1000 header lines or more: send fewer',
  },
  500: {
    description: 'Internal server error.',
    error: 'server_error',
    error_description: 'the server log has the details',
  },
  503: {
    description: 'The database is unavailable.',
    error: 'temporarily_unavailable',
    error_description: 'the database is unavailable; try again',
  },
};

const MORE_HEADERS: Readonly<Record<number, Record<string, Header>>> = {
  401: {
    'WWW-Authenticate': headerExample('The challenge (RFC 6750).', 'Bearer realm="latchkey", error="invalid_token"'),
  },
  429: { 'Retry-After': headerExample('Seconds to wait.', '72') },
  503: { 'Retry-After': headerExample('Seconds to wait.', '2') },
};

export function verifyPath(forms: CredentialForms, assertions: AssertionForms): PathItem {
  const parameters = [
    parameter(
      'kind',
      'Admitted kinds of token. Default: all.',
      { type: 'string', enum: [...forms.kinds] },
      kindsByHolder(forms),
    ),
    parameter(
      'account',
      'Ids of the accounts whose tokens are admitted. Default: all tokens, including those without an account.',
      { type: 'string', pattern: '^[0-9a-f]{32}$' },
      { one: [IDENTITY_HEADERS['Latchkey-Account-Id'].example] },
    ),
    ...holderParameters(),
    scopeParameter(),
    applicationParameter(),
  ];
  return {
    get: {
      operationId: 'verifyRequest',
      tags: ['Forward-auth'],
      summary: 'Check whether a request is allowed',
      description: description(forms),
      parameters,
      security: presentableSchemes(forms).map(needed),
      responses: { 200: admitted(forms, assertions), ...Object.fromEntries(Object.entries(REFUSALS).map(refusal)) },
    },
  };
}

/** The parameters by which a policy names tokens and users. */
function holderParameters(): ReturnType<typeof parameter>[] {
  return [
    parameter(
      'token',
      'Ids of the admitted tokens. Default: all.',
      { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' },
      { one: [IDENTITY_HEADERS['Latchkey-Token-Id'].example] },
    ),
    parameter(
      'user',
      'Ids of the users whose personal tokens and logins are admitted. Default: all tokens, including those of services.',
      { type: 'string', minLength: 1, maxLength: HOST_ID_MAX },
      { one: ['1000'] },
    ),
    parameter(
      'member_of',
      'Ids of accounts whose members are admitted, with their personal tokens and logins. Tokens of services are not: ' +
        'they are admitted by `account`. Default: all tokens.',
      { type: 'string', pattern: '^[0-9a-f]{32}$' },
      { one: [IDENTITY_HEADERS['Latchkey-Account-Id'].example] },
    ),
    parameter(
      'role',
      'The roles of which a member needs one, in one of the accounts of `member_of`; not valid without it. Default: all.',
      { type: 'string', enum: [...ROLES] },
      { administrators: ['administrator'] },
    ),
  ];
}

function scopeParameter(): ReturnType<typeof parameter> {
  const description =
    'Scopes that the token has to hold, all of them: repeated, or with spaces between them (RFC 6749 §3.3). A token without ' +
    'scopes holds none. Default: none are needed.';
  return parameter(
    'scope',
    description,
    { type: 'string', pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$' },
    { two: ['deploy:read', 'deploy:write'] },
  );
}

function applicationParameter() {
  const description =
    'The application that the request is for, by its audience tag or its id: its policies have to admit as well, and the ' +
    'answer has an assertion for it. `host`: the application at `X-Forwarded-Host` and `X-Forwarded-Uri`, which only a ' +
    'trusted proxy may name (`TRUST_PROXY`). Given once. An application admits no token of another account. Where it lets ' +
    'preflights pass, they get 200 with empty headers.';
  const pattern = '^([0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|host)$';
  const examples = optionalExamples({ tag: '737646a56ab1df6ec9bddc7e5ca84eaf3b0768850f3ffb5d74f1534911fe3893' });
  return {
    name: 'app',
    in: 'query',
    required: false,
    description,
    schema: { type: 'string', pattern },
    examples,
  } as const;
}

/** A security requirement in which all these schemes are needed together. */
function needed(schemes: Readonly<Record<string, CredentialScheme>>): Record<string, string[]> {
  return Object.fromEntries(Object.keys(schemes).map((name) => [name, []]));
}

function admitted({ kinds }: CredentialForms, assertions: AssertionForms): Operation['responses'][string] {
  const examples: Partial<Record<string, string>> = { 'Latchkey-Token-Kind': kinds[0] };
  const identity = Object.entries(IDENTITY_HEADERS).map(([name, { description, example }]) => [
    name,
    headerExample(description, examples[name] ?? example),
  ]);
  const cacheControl = '`no-store`; or, if VERIFY_MAX_AGE_SECONDS is set, how long the answer may be cached.';
  return {
    description: 'Allowed. The headers `Latchkey-…` identify the caller and are always present. No body.',
    headers: {
      ...(Object.fromEntries(identity) as Record<string, Header>),
      ...Object.fromEntries(
        assertions.all.map(({ header, documentation }) => [header, assertionHeader(documentation)]),
      ),
      'Cache-Control': headerExample(cacheControl, 'max-age=60, must-revalidate'),
    },
  };
}

/** Not `required`: only answers for an application have it. */
function assertionHeader(documentation: string): Header {
  return headerExample(`Only with \`app\`: ${documentation}`, 'eyJhbGciOiJSUzI1NiIs…');
}

function refusal([status, refused]: [string, ErrorExample]): [string, Operation['responses'][string]] {
  const { description, ...example } = refused;
  const content = { 'application/json': { schema: { $ref: getSchemaPath(OAuthErrorView) }, example } };
  const headers = { ...MORE_HEADERS[Number(status)], 'Cache-Control': headerExample('Never cached.', 'no-store') };
  return [status, { description, headers, content }];
}

/** A parameter that may be repeated, or contain several values separated by commas. */
function parameter(name: string, description: string, items: object, given: Record<string, readonly string[]>) {
  const schema = { type: 'array', items };
  return { name, in: 'query', required: false, description, schema, examples: optionalExamples(given, []) } as const;
}

function headerExample(description: string, example: string): Header {
  return { description, schema: { type: 'string', example } };
}
