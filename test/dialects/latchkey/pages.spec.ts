/** Pages of lists while what is on them is deleted (docs/contracts/latchkey.md §2). */
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
  readonly make: (server: TestServer, people: People, nth: number) => Promise<unknown>;
  readonly remove: (server: TestServer, people: People, id: string) => Promise<unknown>;
}

const idOf = ({ id, user }: Item): string => id ?? user?.id ?? '';

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
    make: (server, { a }) => newServiceToken(server, a),
    remove: (server, _, id) => removed(server, `/tokens/${id}`),
  },
  users: {
    path: () => '/users?',
    make: async (server, { a }) => join(server, await newPerson(server), a, 'read_only'),
    remove: (server, _, id) => removed(server, `/users/${id}`),
  },
  accounts: {
    path: () => '/accounts?',
    make: async (server, { persons }) =>
      join(server, persons['account administrator'], await newAccount(server), 'read_only'),
    remove: (server, _, id) => callCloudflare(server, 'DELETE', `/accounts/${id}`),
  },
  members: {
    path: (id) => `/accounts/${id}/members?`,
    make: async (server, { a }) => join(server, await newPerson(server), a, 'read_only'),
    remove: (server, { a }, id) => removed(server, `/accounts/${a.id}/members/${id}`),
  },
  applications: {
    path: (id) => `/accounts/${id}/applications?`,
    make: (server, { a }, nth) => {
      const application = {
        name: `Application ${String(nth)}`,
        domain: `${String(nth)}.example.com`,
        type: 'self_hosted',
      };
      return callCloudflare(server, 'POST', `/accounts/${a.id}/access/apps`, application);
    },
    remove: (server, { a }, id) => removedAccess(server, `/accounts/${a.id}/access/apps/${id}`),
  },
  policies: {
    path: (id) => `/accounts/${id}/policies?`,
    make: (server, { a }) => callCloudflare(server, 'POST', `/accounts/${a.id}/access/policies`, POLICY),
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
        for (let nth = 1; nth <= 5; nth += 1) await make(server, people, nth);
        const list = path(people.a.id);
        const all = await everyPage<Item>((cursor) => people.call(caller, 'GET', `${list}limit=100${cursor}`));
        // These people and what is made first may be needed, so the page begins where the others do.
        const before = all.length - 5;
        const first = await people.call(caller, 'GET', `${list}limit=${String(before + 2)}`);
        const { items, next_cursor: next } = first.json<{ items: Item[]; next_cursor: string }>();
        expect(items.map(idOf)).toEqual(all.slice(0, before + 2).map(idOf));

        // The last of the page is the place at which the next one begins.
        for (const item of items.slice(-2)) await remove(server, people, idOf(item));
        const rest = await everyPage<Item>((cursor) =>
          people.call(caller, 'GET', `${list}limit=1${cursor === '' ? `&cursor=${next}` : cursor}`),
        );

        expect(rest.map(idOf)).toEqual(all.slice(before + 2).map(idOf));
      },
    );
  });
});
