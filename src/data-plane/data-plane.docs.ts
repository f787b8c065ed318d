/** The OpenAPI document of the data plane, which depends on the credential forms of the server. */
import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import type { AssertionForms } from '../assertions/index.js';
import type { CredentialForms } from '../core/index.js';
import { joinedPath } from '../http/index.js';
import { basicScheme, presentableSchemes } from './form-descriptions.js';
import { verifyPath } from './forward-auth.docs.js';
import { describeIntrospection } from './oauth/introspection.docs.js';

/** The document without its paths; see {@link withForwardAuth}. */
export function dataPlaneDocument(forms: CredentialForms): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    .setTitle('Latchkey: data plane')
    .setDescription('Verifies credentials: forward-auth for proxies, token introspection and revocation.')
    .setVersion('1')
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'Client id and client secret.' }, basicScheme(forms));
  for (const [name, scheme] of presentableSchemes(forms).flatMap((schemes) => Object.entries(schemes))) {
    if (scheme.type === 'http') builder.addBearerAuth(scheme, name);
    else builder.addSecurity(name, scheme);
  }
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
