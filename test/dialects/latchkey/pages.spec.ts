/** Pages of lists while what is on them is deleted (docs/contracts/latchkey.md §1). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { onBothEngines } from '../../support/engines.js';
import { send } from '../../support/http.js';
import { startInMount, type TestServer } from '../../support/test-server.js';
import { callCloudflare, join, newAccount, newPerson, newServiceToken } from '../../gates/authorisation/world.js';
import { newPeople, type People } from './people.js';
import { AS_ADMIN, ask, everyPage } from './support.js';

interface Item {
  readonly id?: string;
  readonly user?: { readonly id: string };
}

interface List {
  readonly path: (accountId: string) => string;
  /** @returns the id */
  readonly make: (server: TestServer, people: People, nth: number) => Promise<string>;
  readonly remove: (server: TestServer, people: People, id: string) => Promise<unknown>;
}

const idOf = ({ id, user }: Item): string => id ?? user?.id ?? '';

interface Made {
  readonly id: string;
}

/** Of account A. */
async function newMember(server: TestServer, { a }: People): Promise<string> {
  const person = await newPerson(server);
  await join(server, person, a, 'read_only');
  return String(person.userId);
}

async function removed(server: TestServer, path: string): Promise<void> {
  expect((await ask(server, 'DELETE', path)).status).toBe(204);
}

/** An application or a policy, which are deleted by the API of Cloudflare only. */
async function removedAccess({ baseUrl }: TestServer, path: string): Promise<void> {
  expect((await send(baseUrl, 'DELETE', `/client/v4${path}`, { headers: AS_ADMIN })).status).toBe(202);
}

const POLICY = { name: 'a policy', decision: 'allow', include: [{ everyone: {} }] };

const LISTS: Readonly<Record<string, List>> = {
  tokens: {
    path: (id) => `/tokens?account_id=${id}&`,
    make: async (server, { a }) => (await newServiceToken(server, a)).id,
    remove: (server, _, id) => removed(server, `/tokens/${id}`),
  },
  users: {
    path: () => '/users?',
    make: newMember,
    remove: (server, _, id) => removed(server, `/users/${id}`),
  },
  accounts: {
    path: () => '/accounts?',
    make: async (server, { persons }) => {
      const account = await newAccount(server);
      await join(server, persons['account administrator'], account, 'read_only');
      return account.id;
    },
    remove: (server, _, id) => callCloudflare(server, 'DELETE', `/accounts/${id}`),
  },
  members: {
    path: (id) => `/accounts/${id}/members?`,
    make: newMember,
    remove: (server, { a }, id) => removed(server, `/accounts/${a.id}/members/${id}`),
  },
  applications: {
    path: (id) => `/accounts/${id}/applications?`,
    make: async (server, { a }, nth) => {
      const application = {
        name: `Application ${String(nth)}`,
        domain: `${String(nth)}.example.com`,
        type: 'self_hosted',
      };
      return (await callCloudflare<Made>(server, 'POST', `/accounts/${a.id}/access/apps`, application)).id;
    },
    remove: (server, { a }, id) => removedAccess(server, `/accounts/${a.id}/access/apps/${id}`),
  },
  policies: {
    path: (id) => `/accounts/${id}/policies?`,
    make: async (server, { a }) =>
      (await callCloudflare<Made>(server, 'POST', `/accounts/${a.id}/access/policies`, POLICY)).id,
    remove: (server, { a }, id) => removedAccess(server, `/accounts/${a.id}/access/policies/${id}`),
  },
};

onBothEngines('the pages of a list', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startInMount(engine);
  });
  afterAll(() => server.close());

  describe.each(Object.entries(LISTS))('of %s', (_, { path, make, remove }) => {
    it.each(['server administrator', 'account administrator'] as const)(
      'repeat and leave out nothing for the %s while those before are deleted',
      async (caller) => {
        const people = await newPeople(server);
        const made = new Set<string>();
        for (let nth = 1; nth <= 5; nth += 1) made.add(await make(server, people, nth));
        const list = path(people.a.id);
        const all = await everyPage<Item>((cursor) => people.call(caller, 'GET', `${list}limit=100${cursor}`));
        const ids = all.map(idOf);
        // The place at which the second page begins is the last that is deleted.
        const deleted = ids.filter((id) => made.has(id)).slice(0, 2);
        const size = ids.indexOf(deleted[1] ?? '') + 1;
        const first = await people.call(caller, 'GET', `${list}limit=${String(size)}`);
        const { items, next_cursor: next } = first.json<{ items: Item[]; next_cursor: string }>();
        expect(items.map(idOf)).toEqual(ids.slice(0, size));

        for (const id of deleted) await remove(server, people, id);
        const rest = await everyPage<Item>((cursor) =>
          people.call(caller, 'GET', `${list}limit=1${cursor === '' ? `&cursor=${next}` : cursor}`),
        );

        expect(rest.map(idOf)).toEqual(ids.slice(size));
        expect(rest.length).toBeGreaterThanOrEqual(3);
      },
    );
  });
});
