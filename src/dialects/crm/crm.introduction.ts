/** The introduction of the dialect's OpenAPI document, and its groups of operations. */
import { describedApi } from '../../http/index.js';

const ABOUT = 'Access tokens of organisations, as in CRM.COM’s Web API. An organisation is an account of this server.';

const AUTHENTICATION =
  'There is nothing to enter under **Authorize**. Call `authentication/token` with your e-mail address, your password ' +
  'and the organisation, copy `data.token` from the answer, and put it into the `token` of every other call. It is ' +
  'valid for two hours. Members with the role `read_only` may show and list. The login of a consumer, by the key of an ' +
  'application, shows and lists the access tokens of the same owner.';

const ERRORS =
  'Look at `status.code`: it is `OK`, or the code of the error, and `status.message` says what is wrong. The HTTP ' +
  'status is 200 for both, unless the server runs with `CRM_HTTP_ERRORS=status`. Only an unknown method (404), a wrong ' +
  'verb (405), a body that does not arrive (408), a request from a page of another site (403) and an unavailable ' +
  'database (503) always have their own.';

const PAGING = '`number` is the size of a page, `offset` how many to leave out. Lists are in order of their numbers.';

const IDS =
  'An access token is named by its `authentication_code`, or by `identifier` and `pass_code` together. An organisation ' +
  'is named by its name or its id; the example has the id of the first account of this server.';

const DIFFERENCES =
  'Every organisation has one unit, `1`. Owners and classifications of access tokens are kept as references that nobody ' +
  'resolves. Verification codes and one-time passwords are not supported.';

const TAGS = {
  Authentication: 'Logs in and out.',
  'Access tokens': 'Tokens of the organisation, their identifiers, pass codes and states.',
};

/** The document without paths. */
export const introducedApi = (): ReturnType<typeof describedApi> =>
  describedApi({
    title: 'Latchkey: CRM.COM',
    introduction: {
      about: ABOUT,
      authentication: AUTHENTICATION,
      errors: ERRORS,
      paging: PAGING,
      ids: IDS,
      differences: DIFFERENCES,
    },
    version: '2',
    tags: TAGS,
  });
