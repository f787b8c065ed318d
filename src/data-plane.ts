/** The data plane as hosts import it, including the dialects' guards and documents that cover all their credentials. */
import type { OpenAPIObject } from '@nestjs/swagger';
import type { CredentialForms } from './core/index.js';
import * as documents from './data-plane/index.js';
import { assertionFormsOf, credentialFormsOf } from './dialect-kit/index.js';
import { DIALECTS } from './dialects.js';

export {
  AccessDecider,
  AdmitTokens,
  CurrentPrincipal,
  DataPlaneModule,
  TokenGuard,
  type AccessPolicy,
  type DataPlaneOptions,
  type Decision,
  type TokenPrincipal,
} from './data-plane/index.js';
export { PrivateTokenGuard } from './dialects/canvus/guards.js';
export { ServiceTokenGuard } from './dialects/cloudflare/guards.js';

/** The forms of Latchkey's own dialects with default options. */
const FORMS = credentialFormsOf(DIALECTS);

/**
 * The OpenAPI document without its paths; see {@link withForwardAuth}.
 * @param forms - pass `app.get(CredentialForms)` if the application has other dialects
 */
export function dataPlaneDocument(forms: CredentialForms = FORMS): Omit<OpenAPIObject, 'paths'> {
  return documents.dataPlaneDocument(forms);
}

/**
 * Completes the document generated from the module: adds `/verify`, which is not a Nest route, and describes the
 * credentials.
 * @param path - the full prefix: the host's global prefix followed by that of the module
 * @param forms - pass `app.get(CredentialForms)` if the application has other dialects
 */
export function withForwardAuth(document: OpenAPIObject, path = '/', forms: CredentialForms = FORMS): OpenAPIObject {
  return documents.withForwardAuth(document, path, forms, assertionFormsOf(DIALECTS));
}
