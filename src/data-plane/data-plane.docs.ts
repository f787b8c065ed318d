/** The OpenAPI document of the data plane, which depends on the credential forms of the server. */
import type { OpenAPIObject } from '@nestjs/swagger';
import type { AssertionForms } from '../assertions/index.js';
import type { CredentialForms } from '../core/index.js';
import { describedApi, joinedPath } from '../http/index.js';
import { BASIC_SCHEME, basicNoun, presentableSchemes } from './form-descriptions.js';
import { verifyPath } from './forward-auth.docs.js';
import { describeIntrospection } from './oauth/introspection.docs.js';

const INTRODUCTION = {
  about: 'Verifies credentials: forward-auth for proxies, token introspection and revocation.',
  authentication:
    'Press **Authorize** and give **one** credential: `/verify` refuses two. **Bearer** takes the access token that the ' +
    'first start printed, or any other personal or login token. A credential of a service has an id and a secret: both headers ' +
    'for `/verify`, or **Basic** for introspection and revocation.',
  errors:
    'An error has its HTTP status, and `error` and `error_description` (RFC 6749). 401 never says why a credential is ' +
    'not accepted; 403 is a valid credential that is not admitted; 503 has `Retry-After`.',
  paging: 'There are no lists.',
  ids: 'Accounts have 32 hex characters, tokens UUIDs, users numbers, or in a host the ids that it gives. Introspection and the headers of `/verify` tell them.',
};

const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** The document without its paths; see {@link withForwardAuth}. */
export function dataPlaneDocument(forms: CredentialForms): Omit<OpenAPIObject, 'paths'> {
  const builder = describedApi({
    title: 'Latchkey: verification',
    introduction: INTRODUCTION,
    version: '1',
    tags: {
      'Forward-auth': 'For proxies: may this request pass?',
      'OAuth 2.0': 'For services: introspection (RFC 7662) and revocation (RFC 7009).',
    },
  });
  for (const [name, scheme] of presentableSchemes(forms).flatMap((schemes) => Object.entries(schemes))) {
    // `addBearerAuth` would say that the tokens are JWTs.
    builder.addSecurity(name, scheme);
  }
  const basic = `${capitalized(basicNoun(forms) ?? 'client')}: id and secret.`;
  builder.addSecurity(BASIC_SCHEME, { type: 'http', scheme: 'basic', description: basic });
  return builder.build();
}

/**
 * Completes the document generated from the module: adds `/verify`, which is not a Nest route, and describes the
 * credentials.
 * @param path - the full prefix: the host's global prefix followed by that of the module
 */
export function withForwardAuth(
  document: OpenAPIObject,
  path: string,
  forms: CredentialForms,
  assertions: AssertionForms,
): OpenAPIObject {
  const described = describeIntrospection(document, forms);
  return { ...described, paths: { [joinedPath(path, 'verify')]: verifyPath(forms, assertions), ...described.paths } };
}
