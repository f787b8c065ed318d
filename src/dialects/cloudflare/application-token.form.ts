/** The application tokens of service tokens, which origins check offline (docs/contracts/access-edge.md). */
import type { AssertionForm } from '../../assertions/index.js';
import { SERVICE_TOKEN_KIND } from './service-token.form.js';

/** The header in which an application receives the token. */
export const ASSERTION_HEADER = 'Cf-Access-Jwt-Assertion';

/** The cookie from which validators read it too. */
export const ASSERTION_COOKIE = 'CF_Authorization';

/** The claims by which validators tell services from people: an empty `sub`, and the client id. */
export const APPLICATION_TOKEN: AssertionForm = {
  kinds: [SERVICE_TOKEN_KIND],
  header: ASSERTION_HEADER,
  documentation: 'A JWT (RS256) that the application can check with the keys at `/cdn-cgi/access/certs`.',
  claims: ({ token }) => ({ type: 'app', common_name: token.handle, sub: '' }),
};
