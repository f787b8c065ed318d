/** The introduction of the OpenAPI document, and its groups of operations. */
import { describedApi } from '../../http/index.js';

const ABOUT =
  'Latchkey’s own API: tokens of every kind, people, accounts and the audit log, for administrators and for everybody ' +
  'who manages their own tokens. The console uses nothing else.';

const AUTHENTICATION =
  'Press **Authorize** and paste a personal token (the first start printed one) or a login token under **Bearer**. The ' +
  'header `Private-Token` is accepted as well, and the cookie of the console; writes by cookie need the header ' +
  '`Latchkey-CSRF` with the `csrf_token` of `GET /me`. Tokens of services do not sign in here.';

const ERRORS =
  'Errors are problems by RFC 9457 (`application/problem+json`): `type` says what kind of error it is (`GET /problems` ' +
  'lists them), `detail` what is wrong and what to do, `errors` which parameter or member of the body it concerns, `request_id` under which id the log ' +
  'has it. 429 and 503 have `Retry-After`. What you may not see is answered with 404. A request that rotates ' +
  'a token, or creates a token, a user or an account, may have the header `Idempotency-Key`, a text that you choose, best a random UUID: repeated within 24 hours, ' +
  'it gets the first answer again, with the secret and `Idempotency-Replayed: true`.';

const PAGING =
  'Lists have `limit` items (50 by default, at most 200) in `items`. `next_cursor` is the `cursor` of the next page, with ' +
  'the same other parameters; it is `null` on the last one. Unknown parameters are refused.';

const IDS =
  'All ids are strings without a meaning. Times are by RFC 3339 in UTC with milliseconds; members without a value are ' +
  '`null`. The examples name the first account of this server.';

const TAGS = {
  Session: 'Who you are; logins of the console.',
  Tokens: 'Tokens of every kind: your own, and those of accounts.',
  Statistics: 'How many tokens there are, and what happens with them.',
  Live: 'Changes as they happen.',
  Server: 'The version, database, instances and settings of the server.',
  'Audit log': 'Every change and every failed login, over any API.',
  Accounts: 'Accounts, their members, applications and policies.',
  Problems: 'What the types of errors mean.',
  Users: 'People: their state, passwords, logins, and the end of their access.',
};

/** The document without security schemes and paths. */
export const introducedApi = (): ReturnType<typeof describedApi> =>
  describedApi({
    title: 'Latchkey: administration',
    introduction: { about: ABOUT, authentication: AUTHENTICATION, errors: ERRORS, paging: PAGING, ids: IDS },
    version: '1',
    tags: TAGS,
  }).setOpenAPIVersion('3.1.0');
