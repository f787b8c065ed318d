/** The introduction of the dialect's OpenAPI document, and its groups of operations. */
import { describedApi } from '../../http/index.js';

const ABOUT =
  'Access service tokens, applications and policies, accounts, members and zones, as in Cloudflare’s API v4.';

const AUTHENTICATION =
  'Press **Authorize**, paste an access token into **Bearer** (the first start printed one), and press **Authorize** ' +
  'below it. It is sent as `Authorization: Bearer TOKEN`. Clients of the older form send `X-Auth-Email` and ' +
  '`X-Auth-Key` instead: the e-mail address of a user and a personal token of theirs, always both. Members of an ' +
  'account with the role `read_only` list and get; with `administrator` they change as well.';

const ERRORS =
  'Every answer is an envelope: `success`, `result`, `errors` and `messages`. Errors have a `code` and a `message`, and ' +
  'where a member of the body is wrong, its JSON pointer in `source`. An unavailable database is 503 with `Retry-After`.';

const PAGING =
  '`page` and `per_page` (1 to 1000) select a page, and `result_info` has the totals. Without `per_page` a list is ' +
  'complete. Lists are in order of creation.';

const IDS =
  'Accounts, zones and members have 32 lower-case hex characters; tokens, applications and policies have UUIDs. The ' +
  'examples name the first account of this server. What creates an object answers with its `id`, for the calls that need it.';

const DIFFERENCES =
  'Tokens that act for users are those of this server, and `user/tokens` verifies them but does not manage them. ' +
  '`refresh` renews by the token’s own `duration`. `forever` is shown as 100 years after creation. An overlap that has ' +
  'ended cannot be extended. Rules of other types than `service_token`, `any_valid_service_token`, `everyone` and `ip` ' +
  'are kept and admit nobody. Groups, identity providers and types of applications other than `self_hosted` are not ' +
  'supported.';

const TAGS = {
  Accounts: 'Owners of service tokens, applications and zones.',
  'Service tokens': 'Credentials of services: create, rotate with or without an overlap, renew, disable, delete.',
  Members: 'Users of an account and their roles.',
  Applications: 'What is protected.',
  Policies: 'Who may enter, in the order of precedence.',
  Organization: 'The team domain of an account.',
  Groups: 'Not supported: the list is empty.',
  Zones: 'Domains that belong to accounts.',
  User: 'The caller and their memberships.',
  Tokens: 'Whether the caller’s token is accepted.',
  'Access edge': 'What applications need to check who was admitted.',
};

/** The document without security schemes and paths. */
export const introducedApi = (): ReturnType<typeof describedApi> =>
  describedApi({
    title: 'Latchkey: Cloudflare',
    introduction: {
      about: ABOUT,
      authentication: AUTHENTICATION,
      errors: ERRORS,
      paging: PAGING,
      ids: IDS,
      differences: DIFFERENCES,
    },
    version: '4',
    tags: TAGS,
  });
