/** The filters and orders of lists of tokens (docs/contracts/latchkey.md §2). */
import {
  SCOPE_LENGTH_MAX,
  TokenOrder,
  isScope,
  type ManagedKinds,
  type TokenQuery,
  type TokenState,
} from '../../../core/index.js';
import { HOST_ID_MAX } from '../../../identity/index.js';
import type { UserIds } from '../users/user-ids.js';
import { EXAMPLE_ACCOUNT_ID } from '../latchkey.docs.js';
import { wrongParameter } from '../latchkey.problems.js';
import {
  choiceParameter,
  choicesParameter,
  flagParameter,
  listParameter,
  textParameter,
  timeParameter,
} from '../query/kinds.js';
import { PAGE } from '../query/paging.js';
import type { QueryParameter, QueryValues } from '../query/parameters.js';

const STATES: readonly TokenState[] = ['active', 'expired', 'disabled'];

const SORTED = ['created_at', 'expires_at', 'last_used_at', 'name'] as const;

type Sort = (typeof SORTED)[number] | `-${(typeof SORTED)[number]}`;

const SORTS: readonly Sort[] = SORTED.flatMap((name): Sort[] => [name, `-${name}`]);

const TIME = '2030-01-31T12:00:00Z';

function scopeParameter(description: string): QueryParameter<string | undefined> {
  const parameter = textParameter(description, SCOPE_LENGTH_MAX, 'deploy:read');
  return {
    ...parameter,
    read: (name, texts) => {
      const scope = parameter.read(name, texts);
      if (scope === undefined || isScope(scope)) return scope;
      throw wrongParameter(name, `${name} must be one scope: printable ASCII characters without spaces`);
    },
  };
}

/** Which tokens. */
export const TOKEN_FILTERS = {
  kind: listParameter(
    'Only tokens of these kinds, for example `service_token`, `personal_token`, `access_token`.',
    { pattern: /^[a-z][a-z0-9_]{0,31}$/, expected: 'kinds of token such as personal_token' },
    'personal_token',
  ),
  account_id: textParameter('Only tokens of this account.', 32, EXAMPLE_ACCOUNT_ID),
  owner_id: textParameter('Only tokens that act for this user.', HOST_ID_MAX, '1000'),
  created_by: textParameter(
    'Only tokens that this user has created, for themselves or an account.',
    HOST_ID_MAX,
    '1000',
  ),
  state: choicesParameter('Only tokens in one of these states.', STATES, 'active'),
  expires_before: timeParameter('Only tokens that expire before this time, or have expired.', TIME),
  expires_after: timeParameter('Only tokens that expire after this time.', TIME),
  unused_since: timeParameter('Only tokens that were never used, or last before this time.', TIME),
  overlap: choiceParameter('`running`: only tokens whose previous secret is still accepted.', ['running']),
  old_secret_used_since: timeParameter('Only tokens whose previous secret was used since this time.', TIME),
  scope: scopeParameter('Only tokens that hold this scope.'),
  q: textParameter(
    'Part of the name or of the client id; the beginning of the id of the token or its account, from 8 characters on; ' +
      'and, from 3 letters on, the beginning of the address of the owner, or of a word in the name of the owner or ' +
      'the account (with an `@`: any part of the address). The case of letters does not count, and `%` and `_` are ' +
      'ordinary characters. All tokens are looked at, so it takes longer the more there are.',
    100,
    'ci',
  ),
};

export const TOKEN_LIST = {
  ...TOKEN_FILTERS,
  sort: choiceParameter(
    'The order; `-` before the name reverses it. Default: `-created_at`. Upwards, tokens that never expire come last, ' +
      'those that were never used come first, and equal ones are in the order of their ids. Names are compared by their ' +
      'bytes, in ASCII whatever the case.',
    SORTS,
    '-created_at',
  ),
  total: flagParameter('Whether to count all tokens that match, up to 10,000.'),
  ...PAGE,
};

export type TokenFilterValues = QueryValues<typeof TOKEN_FILTERS>;
export type TokenListValues = QueryValues<typeof TOKEN_LIST>;

/** @throws Problem for a kind that this server does not have, or a user's id that is none */
export async function tokenQueryOf(values: TokenFilterValues, kinds: ManagedKinds, ids: UserIds): Promise<TokenQuery> {
  const unknown = values.kind?.find((kind) => !kinds.find(kind));
  if (unknown !== undefined) {
    throw wrongParameter('kind', `there are no tokens of the kind ${unknown}; there are ${kinds.names.join(', ')}`);
  }
  const createdBy = await ids.inFilter('created_by', values.created_by);
  return {
    kinds: values.kind ?? kinds.names,
    accountId: values.account_id,
    ownerId: await ids.inFilter('owner_id', values.owner_id),
    createdBy: createdBy === undefined ? undefined : String(createdBy),
    states: values.state,
    expiresBefore: values.expires_before,
    expiresAfter: values.expires_after,
    unusedSince: values.unused_since,
    overlapRuns: values.overlap === 'running' || undefined,
    oldSecretUsedSince: values.old_secret_used_since,
    scope: values.scope,
    text: values.q,
  };
}

export function tokenOrderOf(sort: Sort = '-created_at'): TokenOrder {
  const isDescending = sort.startsWith('-');
  return new TokenOrder(sort.replace('-', '') as (typeof SORTED)[number], isDescending);
}

/** What a cursor belongs to. */
export function listKeyOf({ limit: _limit, cursor: _cursor, total: _total, ...others }: TokenListValues): unknown[] {
  return ['tokens', others];
}
