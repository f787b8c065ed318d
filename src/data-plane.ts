/** The data plane as hosts import it, including the dialects' guards and documents that cover all their credentials. */
import { applyDecorators, type ExecutionContext } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { CredentialForms } from './core/index.js';
import * as documents from './data-plane/index.js';
import { assertionFormsOf, credentialFormsOf } from './dialect-kit/index.js';
import { DIALECTS } from './dialects.js';
import { permissionOf } from './http/index.js';
import { ApiSecurity } from './internals/index.js';

export {
  AccessDecider,
  AdmitTokens,
  CurrentPrincipal,
  DataPlaneModule,
  LatchkeyGuardsModule,
  type GuardsOptions,
  TokenGuard,
  principalOf,
  type AccessPolicy,
  type DataPlaneOptions,
  type Decision,
  type TokenPrincipal,
} from './data-plane/index.js';
export { AnyOf } from './guarding/index.js';
export { withoutLatchkey } from './http/index.js';
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

/**
 * Whether a route is one of Latchkey's. For global guards of a host, which let these pass: each has a guard of its own.
 * @param context - of a guard or an interceptor
 */
export function isLatchkeyRoute(context: Pick<ExecutionContext, 'getHandler'>): boolean {
  return permissionOf(context.getHandler()) !== undefined;
}

/**
 * Documents that a route or a controller of the host takes tokens, in each of the forms in which they are presented; see
 * {@link withTokenSchemes}.
 * @param forms - pass `app.get(CredentialForms)` if the application has other dialects
 */
export function ApiTokens(forms: CredentialForms = FORMS): ClassDecorator & MethodDecorator {
  const schemes = documents.presentableSchemes(forms).map(Object.keys);
  return applyDecorators(
    ...schemes.map((names) => ApiSecurity(Object.fromEntries(names.map((name): [string, string[]] => [name, []])))),
  );
}

/** Adds the security schemes that {@link ApiTokens} names to the document of a host. */
export function withTokenSchemes<D extends Pick<OpenAPIObject, 'components'>>(
  document: D,
  forms: CredentialForms = FORMS,
): D {
  const own = documents.presentableSchemes(forms).flatMap((schemes) => Object.entries(schemes));
  const securitySchemes = { ...document.components?.securitySchemes, ...Object.fromEntries(own) };
  return { ...document, components: { ...document.components, securitySchemes } };
}
