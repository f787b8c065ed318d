/** Documents `/verify`. */
import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { optionalExamples } from '../http/index.js';
import type { CredentialForms, CredentialScheme } from '../core/index.js';
import { kindsByHolder, presentableNouns, presentableSchemes } from './form-descriptions.js';
import { IDENTITY_HEADERS } from './identity-headers.js';
import { OAuthErrorView } from './oauth/oauth.docs.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;
type Header = NonNullable<Extract<Operation['responses'][string], { description: string }>['headers']>[string];

function description(forms: CredentialForms): string {
  const rule = `kind=${forms.kinds[0] ?? ''}`;
  return (
    'For proxies: nginx `auth_request`, Caddy `forward_auth`, Traefik ForwardAuth, Envoy ext_authz. Any method is ' +
    `answered alike, and a body is not looked at. The credential is ${presentableNouns(forms)}: exactly one, once; ` +
    'nothing in the query is ever a credential. For proxies that append the original path and query to a prefix ' +
    `(Envoy), the rule may stand in the path: \`/verify/only/${rule}/…\` is \`/verify?${rule}\`.`
  );
}

interface ErrorExample extends OAuthErrorView {
  readonly description: string;
}

const REFUSALS: Readonly<Record<number, ErrorExample>> = {
  400: {
    description: 'The rule in the query cannot be understood; the description says why.',
    error: 'invalid_request',
    error_description: 'the parameter "kinds" is not known; there are kind and account',
  },
  401: {
    description: 'There is no credential that is accepted. Why not is told to nobody.',
    error: 'unauthorized',
    error_description: 'no credential that is accepted',
  },
  403: {
    description: 'The credential is valid, but the rule does not admit it.',
    error: 'forbidden',
    error_description: 'the credential is valid, but not admitted here',
  },
  500: {
    description: 'A fault of the server.',
    error: 'server_error',
    error_description: 'the server log has the details',
  },
  503: {
    description: 'The database cannot serve now.',
    error: 'temporarily_unavailable',
    error_description: 'the database cannot serve at the moment; try again',
  },
};

const MORE_HEADERS: Readonly<Record<number, Record<string, Header>>> = {
  401: {
    'WWW-Authenticate': headerExample('The challenge (RFC 6750).', 'Bearer realm="latchkey", error="invalid_token"'),
  },
  503: { 'Retry-After': headerExample('Seconds to wait.', '2') },
};

export function verifyPath(forms: CredentialForms): PathItem {
  const parameters = [
    parameter(
      'kind',
      'Kinds of token that are admitted; all unless given.',
      { type: 'string', enum: [...forms.kinds] },
      kindsByHolder(forms),
    ),
    parameter(
      'account',
      'Ids of the accounts whose tokens are admitted; all, and those of no account, unless given.',
      { type: 'string', pattern: '^[0-9a-f]{32}$' },
      { one: [IDENTITY_HEADERS['Latchkey-Account-Id'].example] },
    ),
  ];
  return {
    get: {
      operationId: 'ForwardAuth_verify',
      tags: ['Forward-auth'],
      summary: 'Ask whether a request may pass',
      description: description(forms),
      parameters,
      security: presentableSchemes(forms).map(needed),
      responses: { 200: admitted(forms), ...Object.fromEntries(Object.entries(REFUSALS).map(refusal)) },
    },
  };
}

/** As OpenAPI says that schemes are needed together. */
function needed(schemes: Readonly<Record<string, CredentialScheme>>): Record<string, string[]> {
  return Object.fromEntries(Object.keys(schemes).map((name) => [name, []]));
}

function admitted({ kinds }: CredentialForms): Operation['responses'][string] {
  const examples: Partial<Record<string, string>> = { 'Latchkey-Token-Kind': kinds[0] };
  const identity = Object.entries(IDENTITY_HEADERS).map(([name, { description, example }]) => [
    name,
    headerExample(description, examples[name] ?? example),
  ]);
  const cacheControl = '`no-store`; or, if VERIFY_MAX_AGE_SECONDS allows it, for how long the answer may be kept.';
  return {
    description: 'It may pass. Who it is stands in the headers, each of which is always there. No body.',
    headers: {
      ...(Object.fromEntries(identity) as Record<string, Header>),
      'Cache-Control': headerExample(cacheControl, 'max-age=60, must-revalidate'),
    },
  };
}

function refusal([status, refused]: [string, ErrorExample]): [string, Operation['responses'][string]] {
  const { description, ...example } = refused;
  const content = { 'application/json': { schema: { $ref: getSchemaPath(OAuthErrorView) }, example } };
  const headers = { ...MORE_HEADERS[Number(status)], 'Cache-Control': headerExample('Never kept.', 'no-store') };
  return [status, { description, headers, content }];
}

/** One that may be given several times, or with commas. */
function parameter(name: string, description: string, items: object, given: Record<string, readonly string[]>) {
  const schema = { type: 'array', items };
  return { name, in: 'query', required: false, description, schema, examples: optionalExamples(given, []) } as const;
}

function headerExample(description: string, example: string): Header {
  return { description, schema: { type: 'string', example } };
}
