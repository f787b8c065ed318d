/** Who may do what with people, accounts and the audit log over Latchkey's own API. */
import { randomUUID } from 'node:crypto';
import type { Caller } from './callers.js';
import type { Outcome } from './outcomes.js';
import type { Operation } from './table.js';
import type { World } from './world.js';

const BASE = '/latchkey/v1';
const ONE_USER = `${BASE}/users/{userId}`;
const ONE_ACCOUNT = `${BASE}/accounts/{accountId}`;

type Path = NonNullable<Operation['path']>;

const ofUser: Path = ({ user }) => ({ userId: user.userId });
const ofSelf: Path = ({ user }, { self = user }) => ({ userId: self.userId });
const ofMember: Path = ({ a, member }) => ({ accountId: a.id, userId: member.userId });
const ofAccount: Path = ({ a }) => ({ accountId: a.id });
const hidden = (): Outcome => 'hidden';
const newName = (): object => ({ name: `name ${randomUUID()}` });

/** Members of A know that it exists. */
const inA = ({ rights }: Caller): Outcome => (rights.a ? 'not permitted' : 'hidden');

const FOR_ADMINISTRATORS = { who: 'administrators of the server' } as const;
const READ = { who: 'members of A', path: ofAccount, refusal: hidden } as const;
const CHANGE = { who: 'administrators of A', path: ofAccount, refusal: inA } as const;

/** On another user, whom only administrators see, and on oneself. */
function onOthersAndOneself(operation: Omit<Operation, 'who' | 'path'>): Operation[] {
  return [
    { refusal: hidden, ...operation, ...FOR_ADMINISTRATORS, path: ofUser },
    { ...operation, who: 'any user', path: ofSelf },
  ];
}

/** By method and path, as documented. */
export const PEOPLE_AND_ACCOUNTS: Readonly<Record<string, Operation | readonly Operation[]>> = {
  [`GET ${BASE}/users`]: { who: 'any user' },
  [`POST ${BASE}/users`]: { ...FOR_ADMINISTRATORS, body: () => ({ email: `${randomUUID()}@example.com` }) },
  [`GET ${ONE_USER}`]: [
    { ...FOR_ADMINISTRATORS, path: ofUser, refusal: hidden },
    { who: 'administrators of A', path: ({ member }) => ({ userId: member.userId }), refusal: hidden },
    { who: 'any user', path: ofSelf },
  ],
  [`PATCH ${ONE_USER}`]: onOthersAndOneself({ body: newName }),
  [`DELETE ${ONE_USER}`]: { ...FOR_ADMINISTRATORS, path: ofUser },
  [`POST ${ONE_USER}/password`]: { ...FOR_ADMINISTRATORS, path: ofUser },
  [`GET ${ONE_USER}/logins`]: onOthersAndOneself({}),
  [`POST ${ONE_USER}/logins/end`]: onOthersAndOneself({}),
  [`GET ${ONE_USER}/openid`]: onOthersAndOneself({}),
  [`POST ${ONE_USER}/openid/unbind`]: { ...FOR_ADMINISTRATORS, path: ofUser, isRepeatable: true },
  [`DELETE ${ONE_USER}/logins/{loginId}`]: [
    {
      ...FOR_ADMINISTRATORS,
      path: (world, caller) => ({ ...ofUser(world, caller), loginId: 'x' }),
      refusal: hidden,
      answer: 'hidden',
    },
    { who: 'any user', path: (world, caller) => ({ ...ofSelf(world, caller), loginId: 'x' }), answer: 'hidden' },
  ],
  [`POST ${ONE_USER}/end-access`]: { ...FOR_ADMINISTRATORS, path: ofUser },
  [`GET ${ONE_USER}/export`]: onOthersAndOneself({}),
  [`POST ${ONE_USER}/erase`]: {
    ...FOR_ADMINISTRATORS,
    path: ofUser,
    body: ({ user }: World) => ({ email: user.email }),
  },
  [`GET ${BASE}/accounts`]: { who: 'any user' },
  [`POST ${BASE}/accounts`]: { ...FOR_ADMINISTRATORS, body: newName },
  [`GET ${ONE_ACCOUNT}`]: READ,
  [`PATCH ${ONE_ACCOUNT}`]: { ...CHANGE, body: newName },
  [`DELETE ${ONE_ACCOUNT}`]: { ...FOR_ADMINISTRATORS, path: ofAccount, body: ({ a }: World) => ({ name: a.name }) },
  [`GET ${ONE_ACCOUNT}/members`]: READ,
  [`POST ${ONE_ACCOUNT}/members`]: {
    ...CHANGE,
    body: ({ user }) => ({ user_id: String(user.userId), role: 'read_only' }),
  },
  [`PATCH ${ONE_ACCOUNT}/members/{userId}`]: { ...CHANGE, path: ofMember, body: () => ({ role: 'administrator' }) },
  [`DELETE ${ONE_ACCOUNT}/members/{userId}`]: { ...CHANGE, path: ofMember },
  [`GET ${ONE_ACCOUNT}/applications`]: READ,
  [`GET ${ONE_ACCOUNT}/policies`]: READ,
  [`GET ${BASE}/events`]: { who: 'any user' },
  [`GET ${BASE}/stats`]: { who: 'any user' },
  [`GET ${BASE}/server`]: FOR_ADMINISTRATORS,
  [`POST ${BASE}/server/backup`]: { ...FOR_ADMINISTRATORS, isRepeatable: true },
  [`GET ${BASE}/audit`]: { who: 'any user' },
  [`GET ${BASE}/audit/export.csv`]: { who: 'any user' },
};
