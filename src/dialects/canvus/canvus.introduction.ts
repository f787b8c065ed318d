/** The introduction of the dialect's OpenAPI document, and its groups of operations. */
import { describedApi } from '../../http/index.js';

const ABOUT =
  'Users, logins and access tokens, as in the Canvus Server REST API, and the audit log of the whole server.';

const AUTHENTICATION =
  'Press **Authorize** and paste an access token (the first start printed one) or a login token of `users/login`. It is ' +
  'sent in the header `Private-Token`. Operations without a lock need none. Administrators manage everyone; other users ' +
  'manage themselves.';

const ERRORS =
  'An error has its HTTP status and `{"msg":"…"}`, which says what is wrong. Only 401 for a missing or invalid token is ' +
  '`{"message":"401 Unauthorized"}`. 429 and 503 have `Retry-After`.';

const PAGING =
  'Lists of users and tokens are complete. The audit log has pages of `per_page` events, and the header `Link` has the ' +
  'address of the next one.';

const IDS =
  'Users have numbers; the first administrator, whom the examples name, is 1000. An access token has an `id` of 80 ' +
  'characters, which is not the token itself.';

const DIFFERENCES =
  'Sign-up, SAML, mail and the guest user are not supported, and their methods answer 403 with the reason. ' +
  'Passwords have at least 8 characters by default. From the second account on, regular users see themselves and the ' +
  'members of their own accounts. Streams (`?subscribe`) are not for this page: use `curl -N`.';

const TAGS = {
  Server: 'Version and settings.',
  Login: 'Logs in and out.',
  Users: 'Users: create, approve, block, change, delete.',
  'Access tokens': 'Personal tokens of users.',
  Groups: 'Groups of users, and their members.',
  'Audit log': 'Who did what, in all dialects.',
  Canvases: 'Lists that are always empty here.',
};

/** The document without security schemes and paths. */
export const introducedApi = (): ReturnType<typeof describedApi> =>
  describedApi({
    title: 'Latchkey: Canvus',
    introduction: {
      about: ABOUT,
      authentication: AUTHENTICATION,
      errors: ERRORS,
      paging: PAGING,
      ids: IDS,
      differences: DIFFERENCES,
    },
    version: '1.2',
    tags: TAGS,
  });
