/** The people whose rights are tried: of the server, of an account, of another account, and of none. */
import type { Reply } from '../../support/http.js';
import { ADMIN, type TestServer } from '../../support/test-server.js';
import { join, newAccount, newPerson, type Account, type Person } from '../../gates/authorisation/world.js';
import { ask, bearer } from './support.js';

/** In the order in which the tables of the tests name them. */
export const CALLERS = ['server administrator', 'account administrator', 'reader', 'plain user', 'stranger'] as const;

export type CallerName = (typeof CALLERS)[number];

export interface People {
  readonly server: TestServer;
  /** Of the account administrator and the reader. */
  readonly a: Account;
  /** Of the stranger, who administers it. */
  readonly b: Account;
  readonly persons: Readonly<Record<CallerName, Person>>;
  /** A call by one of them. */
  readonly call: (name: CallerName, method: string, path: string, body?: unknown) => Promise<Reply>;
}

/** Makes the people, each with a personal token. */
export async function newPeople(server: TestServer): Promise<People> {
  const [a, b] = await Promise.all([newAccount(server), newAccount(server)]);
  const [owner, reader, plain, stranger] = [
    await newPerson(server, { name: 'Olga Owner' }),
    await newPerson(server, { name: 'Rita Reader' }),
    await newPerson(server, { name: 'Paul Plain' }),
    await newPerson(server, { name: 'Sam Stranger' }),
  ];
  await join(server, owner, a, 'administrator');
  await join(server, reader, a, 'read_only');
  await join(server, stranger, b, 'administrator');
  const admin = { userId: ADMIN.id, email: ADMIN.email, password: ADMIN.password, tokenId: '', token: ADMIN.token };
  const persons = {
    'server administrator': admin,
    'account administrator': owner,
    reader,
    'plain user': plain,
    stranger,
  };
  const call: People['call'] = (name, method, path, body) =>
    ask(server, method, path, { headers: bearer(persons[name].token), body });
  return { server, a, b, persons, call };
}

/** The status for each caller, by their names. */
export async function statusesOf(
  request: (name: CallerName) => Promise<Reply>,
): Promise<Readonly<Record<CallerName, number>>> {
  const statuses: [CallerName, number][] = [];
  for (const name of CALLERS) statuses.push([name, (await request(name)).status]);
  return Object.fromEntries(statuses) as Record<CallerName, number>;
}
