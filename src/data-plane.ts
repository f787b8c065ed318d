/** The data plane as a host imports it: with the guards of single dialects, and documents of all credentials there are. */
import type { OpenAPIObject } from '@nestjs/swagger';
import type { CredentialForms } from './core/index.js';
import * as documents from './data-plane/index.js';
import { credentialFormsOf } from './dialect-kit/index.js';
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

/** Those that there are without further dialects and options. */
const FORMS = credentialFormsOf(DIALECTS);

/**
 * The OpenAPI document without its paths; see {@link withForwardAuth}.
 * @param forms - `app.get(CredentialForms)` where the application has further dialects
 */
export function dataPlaneDocument(forms: CredentialForms = FORMS): Omit<OpenAPIObject, 'paths'> {
  return documents.dataPlaneDocument(forms);
}

/**
 * Completes the document that was made from the module: adds `/verify`, which no route of Nest tells of, and says which
 * credentials there are.
 * @param path - the whole prefix: that of the module, and before it the host's global one
 * @param forms - `app.get(CredentialForms)` where the application has further dialects
 */
export function withForwardAuth(document: OpenAPIObject, path = '/', forms: CredentialForms = FORMS): OpenAPIObject {
  return documents.withForwardAuth(document, path, forms);
}
