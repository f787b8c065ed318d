/** The data plane's OpenAPI document. */
import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { joinedPath } from '../http/index.js';
import { DEFAULT_PATH } from './data-plane.options.js';
import { verifyPath } from './forward-auth.docs.js';
import { SCHEMES } from './security-schemes.js';

const USER_TOKEN = 'A personal token or a login token.';

/** The document without its paths; see {@link withForwardAuth}. */
export function dataPlaneDocument(): Omit<OpenAPIObject, 'paths'> {
  const header = (name: string, description: string) => ({ type: 'apiKey', in: 'header', name, description }) as const;
  return new DocumentBuilder()
    .setTitle('Latchkey: data plane')
    .setDescription('Checking credentials: forward-auth for proxies, introspection and revocation.')
    .setVersion('1')
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'Client id and client secret.' }, SCHEMES.basic)
    .addApiKey(header('CF-Access-Client-Id', 'Of a service token; its secret beside it.'), SCHEMES.clientId)
    .addApiKey(header('CF-Access-Client-Secret', 'Of a service token; its id beside it.'), SCHEMES.clientSecret)
    .addApiKey(header('Private-Token', USER_TOKEN), SCHEMES.privateToken)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: USER_TOKEN }, SCHEMES.bearer)
    .build();
}

/**
 * Adds `/verify`, which no route of Nest tells of, to the document that was made from the module.
 * @param path - the whole prefix: that of the module, and before it the host's global one
 */
export function withForwardAuth(document: OpenAPIObject, path: string = DEFAULT_PATH): OpenAPIObject {
  return { ...document, paths: { [joinedPath(path, 'verify')]: verifyPath(), ...document.paths } };
}
