/** The data plane's OpenAPI document, which depends on the forms that credentials can have. */
import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import type { CredentialForms } from '../core/index.js';
import { joinedPath } from '../http/index.js';
import { basicScheme, presentableSchemes } from './form-descriptions.js';
import { verifyPath } from './forward-auth.docs.js';
import { describeIntrospection } from './oauth/introspection.docs.js';

/** The document without its paths; see {@link withForwardAuth}. */
export function dataPlaneDocument(forms: CredentialForms): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    .setTitle('Latchkey: data plane')
    .setDescription('Checking credentials: forward-auth for proxies, introspection and revocation.')
    .setVersion('1')
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'Client id and client secret.' }, basicScheme(forms));
  for (const [name, scheme] of presentableSchemes(forms).flatMap((schemes) => Object.entries(schemes))) {
    if (scheme.type === 'http') builder.addBearerAuth(scheme, name);
    else builder.addSecurity(name, scheme);
  }
  return builder.build();
}

/**
 * Completes the document that was made from the module: adds `/verify`, which no route of Nest tells of, and says which
 * credentials there are.
 * @param path - the whole prefix: that of the module, and before it the host's global one
 */
export function withForwardAuth(document: OpenAPIObject, path: string, forms: CredentialForms): OpenAPIObject {
  const described = describeIntrospection(document, forms);
  return { ...described, paths: { [joinedPath(path, 'verify')]: verifyPath(forms), ...described.paths } };
}
