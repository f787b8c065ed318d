/** The OpenAPI document of the dialect: its title, security schemes, and how routes are documented. */
import { applyDecorators, type Type } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { ApiQuery } from '../../internals/index.js';
import { documentedRoute, exampleOf, optionalExamples, type DocumentedRoute } from '../../http/index.js';
import { introducedApi } from './cloudflare.introduction.js';
import { UNAUTHENTICATED } from './cloudflare.errors.js';
import { AccountView, MemberView, ServiceTokenView } from './cloudflare.views.js';
import { envelopeOf } from './envelope.js';
import { ALWAYS, REFUSALS, refusal, type DocumentedRefusal } from './refusals.docs.js';

/** Names of the security schemes: a Bearer token, or e-mail address and key together. */
export const BEARER_SCHEME = 'Bearer';
export const EMAIL_SCHEME = 'X-Auth-Email';
export const KEY_SCHEME = 'X-Auth-Key';

/** The account of the examples. */
export const EXAMPLE_ACCOUNT_ID = exampleOf(AccountView).id;

/** The path parameters. */
export const PATH_PARAMETERS = {
  accountId: {
    description: 'The `id` of the account, 32 lower-case hex characters.',
    example: EXAMPLE_ACCOUNT_ID,
  },
  memberId: {
    description: 'The `id` of the membership, 32 hex characters; not that of the user.',
    example: exampleOf(MemberView).id,
  },
  tokenId: {
    description: 'The `id` of the service token, a UUID; not its `client_id`.',
    example: exampleOf(ServiceTokenView).id,
  },
  applicationId: {
    description: 'The `id` of the application, a UUID; not its `aud`.',
    example: 'b7d1c8a2-0c5e-4a39-8f3e-5a9b6d1e2c47',
  },
  policyId: {
    description: 'The `id` of the policy, a UUID.',
    example: 'f1a8b3c9-b4c2-4c4f-9c3a-8d1f0e2b6a57',
  },
  zoneId: {
    description: 'The `id` of the zone, 32 lower-case hex characters. It stands for the account that it belongs to.',
    example: '353bd5d1a7c0d8b6d0a3f3c86aab0b65',
  },
};

/** Documents the parameters that select a page of a list. */
export function PageParameters(): MethodDecorator {
  return applyDecorators(
    ApiQuery({
      name: 'page',
      required: false,
      type: 'integer',
      example: 1,
      description: 'Page number, from 1. Beyond the last page the list is empty.',
    }),
    ApiQuery({
      name: 'per_page',
      required: false,
      type: 'integer',
      example: 100,
      description: 'Page size, 1 to 1000. Default: everything on one page.',
    }),
  );
}

/** Documents the parameter that selects items by their exact name. */
export function NameParameter(example: string): MethodDecorator {
  return ApiQuery({
    name: 'name',
    required: false,
    type: String,
    examples: optionalExamples({ name: example }),
    description: 'Only items with exactly this name.',
  });
}

export interface RouteDocs extends Pick<
  DocumentedRoute,
  'summary' | 'description' | 'body' | 'examples' | 'bodyOptional'
> {
  /** What the success returns. */
  returns: string;
  /** The result within the envelope. */
  result: Type;
  isList?: boolean;
  /** Messages in the envelope of the success, next to the result. */
  messages?: readonly object[];
  /** Status of the success. Default: 200. */
  status?: number;
  refusals?: DocumentedRefusal[];
  /** Whether an invalid token gets the error code of `user/tokens/verify`. */
  verifies?: boolean;
}

/** Documents a route, with its result in the success envelope. */
export function Documented(docs: RouteDocs): MethodDecorator {
  const { returns, result, isList = false, messages = [], status = 200, ...rest } = docs;
  const { refusals = [], verifies = false, ...route } = rest;
  const type = envelopeOf(result, isList);
  const success = { status, description: returns, type, example: { ...exampleOf(type), messages } };
  const own = refusals.flatMap((name) => REFUSALS[name]);
  const notAccepted = refusal(
    401,
    'Invalid token.',
    (verifies ? UNAUTHENTICATED.invalidToken : UNAUTHENTICATED.unknownToken).item,
  );
  return documentedRoute({ ...route, responses: [success, ...own, notAccepted, ...ALWAYS] });
}

/** The document without its paths. */
export function cloudflareDocument(): Omit<OpenAPIObject, 'paths'> {
  return introducedApi()
    .addSecurity(BEARER_SCHEME, {
      type: 'http',
      scheme: 'bearer',
      description: 'Use this one: paste the access token that the first start printed, or any personal or login token.',
    })
    .addSecurity(EMAIL_SCHEME, {
      type: 'apiKey',
      in: 'header',
      name: EMAIL_SCHEME,
      description: 'The older form, together with `X-Auth-Key`: e-mail address of the user.',
    })
    .addSecurity(KEY_SCHEME, {
      type: 'apiKey',
      in: 'header',
      name: KEY_SCHEME,
      description: 'The older form, together with `X-Auth-Email`: a personal token of that user.',
    })
    .build();
}
