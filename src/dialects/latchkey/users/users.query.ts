/** The parameters of the list of users, and its cursor (docs/contracts/latchkey.md §4). */
import type { UserOrder, UserPlace, UserQuery } from '../../../identity/index.js';
import { choiceParameter, choicesParameter, textParameter } from '../query/kinds.js';
import { PAGE, cursorOf, placeOf } from '../query/paging.js';
import { requireForm } from '../query/places.js';
import type { QueryValues } from '../query/parameters.js';
import { USER_ROLES, USER_STATES } from './users.views.js';

const ORDERS = { name: 'name', created_at: 'createdAt', last_login_at: 'lastLoginAt' } as const satisfies Readonly<
  Record<string, UserOrder>
>;

const SORTS = [
  'name',
  '-name',
  'created_at',
  '-created_at',
  'last_login_at',
  '-last_login_at',
] as const satisfies readonly (keyof typeof ORDERS | `-${keyof typeof ORDERS}`)[];

export const USERS_QUERY = {
  q: textParameter('Part of the name or the address.', 255, 'alice'),
  role: choiceParameter('Only users with this role.', USER_ROLES, 'administrator'),
  state: choicesParameter('Only users in these states.', USER_STATES, 'active'),
  sort: choiceParameter('The order; `-` for descending. Default: `name`.', SORTS, '-last_login_at'),
  ...PAGE,
};

type Values = QueryValues<typeof USERS_QUERY>;

/** The meaning of the parameters, without those of the page. */
export function userQueryOf({ q, role, state, sort = 'name' }: Values): UserQuery {
  const descending = sort.startsWith('-');
  return {
    text: q,
    admin: role && role === 'administrator',
    states: state,
    order: ORDERS[sort.replace(/^-/, '') as keyof typeof ORDERS],
    descending,
  };
}

/** @throws Problem */
export function userPlaceOf(values: Values): UserPlace {
  if (values.cursor === undefined) return { part: 0, after: undefined };
  const [part, first = null, id = null] = placeOf(values.cursor, listed(values), 3);
  requireForm([part ?? null, id ?? 0], ['number', 'number']);
  if (first !== null) requireForm([first], [(values.sort ?? 'name').includes('name') ? 'text' : 'number']);
  const after = id === null ? undefined : first === null ? [id] : [first, id];
  return { part: Number(part), after };
}

export function userCursorOf({ part, after = [] }: UserPlace, values: Values): string {
  const [id = null, first = null] = [...after].reverse() as (string | number | undefined)[];
  return cursorOf([part, first, id], listed(values));
}

function listed({ q, role, state, sort }: Values): readonly unknown[] {
  return ['users', q, role, state, sort];
}
