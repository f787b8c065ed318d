/** Users: who sees and changes whom, lists in pages, and the rules about administrators (docs/contracts/latchkey.md §4). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { onBothEngines } from '../../support/engines.js';
import { send, type Reply } from '../../support/http.js';
import { ADMIN, startInMount, type TestServer } from '../../support/test-server.js';
import { login, newPerson, newServiceToken, type Person } from '../../gates/authorisation/world.js';
import { CALLERS, newPeople, statusesOf, type CallerName, type People } from './people.js';
import { ask, bearer, faultOf, problemOf } from './support.js';

interface UserBody {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly state: string;
}

interface ListBody {
  readonly items: readonly UserBody[];
  readonly next_cursor: string | null;
}

onBothEngines('users', (engine) => {
  let server: TestServer;
  let people: People;
  const at = (person: Person): string => `/users/${String(person.userId)}`;
  const named = (name: CallerName): string => at(people.persons[name]);

  beforeAll(async () => {
    server = await startInMount(engine);
    people = await newPeople(server);
  });
  afterAll(() => server.close());

  const page = async (query: string, name: CallerName = 'server administrator'): Promise<ListBody> => {
    const reply = await people.call(name, 'GET', `/users${query}`);
    expect([reply.status, reply.text]).toEqual([200, expect.any(String)]);
    return reply.json<ListBody>();
  };

  async function all(query: string, name: CallerName = 'server administrator'): Promise<UserBody[]> {
    const items: UserBody[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { items: more, next_cursor: next } = await page(`?limit=2${query}${from}`, name);
      expect(more.length).toBeLessThanOrEqual(2);
      items.push(...more);
      cursor = next;
    }
    return items;
  }

  describe('are seen', () => {
    it('by those who administer them, and by themselves', async () => {
      const seen: Record<CallerName, CallerName[]> = {
        'server administrator': [...CALLERS],
        'account administrator': ['account administrator', 'reader'],
        reader: ['reader'],
        'plain user': ['plain user'],
        stranger: ['stranger'],
      };
      for (const name of CALLERS) {
        const ids = (await all('&sort=created_at', name)).map(({ id }) => id);
        expect([name, ids]).toEqual([name, seen[name].map((each) => String(people.persons[each].userId))]);
        for (const other of CALLERS) {
          const { status } = await people.call(name, 'GET', named(other));
          expect([name, other, status]).toEqual([name, other, seen[name].includes(other) ? 200 : 404]);
        }
      }
    });

    it('with what belongs to them, and without anything secret', async () => {
      const person = people.persons['account administrator'];
      const headers = bearer(person.token);
      const path = `/client/v4/accounts/${people.a.id}/access/service_tokens`;
      await send(server.baseUrl, 'POST', path, { headers, body: JSON.stringify({ name: 'theirs' }) });
      const reply = await people.call('server administrator', 'GET', at(person));
      expect(reply.json()).toEqual({
        id: String(person.userId),
        name: 'Olga Owner',
        email: person.email,
        role: 'user',
        state: 'active',
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        last_login_at: null,
        tokens: 1,
        created_service_tokens: 1,
        accounts: 1,
      });
    });

    it('not by who does not sign in', async () => {
      const reply = await ask(server, 'GET', '/users', { headers: {} });
      expect(problemOf(reply).slice(0, 2)).toEqual(['unauthenticated', 401]);
    });
  });

  describe('are listed', () => {
    beforeAll(async () => {
      await login(server, people.persons.reader);
      await login(server, people.persons['plain user']);
      await ask(server, 'PATCH', named('stranger'), { body: { blocked: true } });
    });
    afterAll(() => ask(server, 'PATCH', named('stranger'), { body: { blocked: false } }));

    const names = async (query: string): Promise<string[]> => (await all(query)).map(({ name }) => name);

    it('in the order that is asked for, each once, those who never logged in together', async () => {
      const byName = ['Administrator', 'Olga Owner', 'Paul Plain', 'Rita Reader', 'Sam Stranger'];
      expect(await names('')).toEqual(byName);
      expect(await names('&sort=-name')).toEqual([...byName].reverse());
      const byLogin = await names('&sort=-last_login_at');
      expect(byLogin.slice(0, 2)).toEqual(['Paul Plain', 'Rita Reader']);
      expect([...byLogin].sort()).toEqual(byName);
      expect(await names('&sort=last_login_at')).toEqual([...byLogin].reverse());
    });

    it('in every order only to those who see them, on each page', async () => {
      const theirs = ['Olga Owner', 'Rita Reader'];
      for (const order of ['name', 'created_at', 'last_login_at']) {
        for (const sort of [order, `-${order}`]) {
          const found = (await all(`&sort=${sort}`, 'account administrator')).map(({ name }) => name);
          expect([sort, found.sort()]).toEqual([sort, theirs]);
        }
      }
    });

    it('by a part of name or address, role and state', async () => {
      const { email } = people.persons.reader;
      expect(await names('&q=OLGA')).toEqual(['Olga Owner']);
      expect(await names(`&q=${encodeURIComponent(email.slice(2, 20).toUpperCase())}`)).toEqual(['Rita Reader']);
      expect(await names('&q=100%25')).toEqual([]);
      expect(await names('&role=administrator')).toEqual(['Administrator']);
      expect(await names('&state=blocked')).toEqual(['Sam Stranger']);
      expect(await names('&state=active,blocked&role=user')).toHaveLength(4);
    });

    it.each(['?sort=age', '?limit=0', '?limit=201', '?state=gone', '?role=boss', '?colour=red', '?cursor=x'])(
      'not with %s, which is named',
      async (query) => {
        const reply = await people.call('server administrator', 'GET', `/users${query}`);
        const [, name] = /\?(\w+)=/.exec(query) ?? [];
        expect([reply.status, faultOf(reply)]).toEqual([400, name]);
      },
    );

    it('not by a cursor of another list', async () => {
      const { next_cursor: cursor } = await page('?limit=2');
      const reply = await people.call('server administrator', 'GET', `/users?q=a&cursor=${String(cursor)}`);
      expect([reply.status, faultOf(reply)]).toEqual([400, 'cursor']);
    });
  });

  describe('are changed', () => {
    let person: Person;
    beforeEach(async () => {
      person = await newPerson(server);
    });
    const as = (headers: Record<string, string>, method: string, path: string, body?: unknown): Promise<Reply> =>
      ask(server, method, path, { headers, body });

    it('by administrators of the server, and in part by themselves', async () => {
      const rename = (name: CallerName): Promise<Reply> =>
        people.call(name, 'PATCH', at(person), { name: `by ${name}` });
      expect(await statusesOf(rename)).toEqual({
        'server administrator': 200,
        'account administrator': 404,
        reader: 404,
        'plain user': 404,
        stranger: 404,
      });
      const own = await as(bearer(person.token), 'PATCH', at(person), { name: 'Myself' });
      expect(own.json<UserBody>().name).toBe('Myself');
      for (const change of [{ role: 'administrator' }, { blocked: true }, { approved: true }]) {
        const reply = await as(bearer(person.token), 'PATCH', at(person), change);
        expect(problemOf(reply).slice(0, 2)).toEqual(['forbidden', 403]);
      }
      const email = await as(bearer(person.token), 'PATCH', at(person), { email: `x${person.email}` });
      expect(problemOf(email).slice(0, 2)).toEqual(['forbidden', 403]);
    });

    it('at once: a blocked user is out, an unblocked one is in again', async () => {
      const me = (): Promise<Reply> => as(bearer(person.token), 'GET', '/me');
      expect((await me()).status).toBe(200);
      const blocked = await ask(server, 'PATCH', at(person), { body: { blocked: true } });
      expect([blocked.json<UserBody>().state, (await me()).status]).toEqual(['blocked', 401]);
      await ask(server, 'PATCH', at(person), { body: { blocked: false } });
      expect((await me()).status).toBe(200);
    });

    it.each([
      [{ name: '' }, '#/name'],
      [{ email: 'nobody' }, '#/email'],
      [{ role: 'boss' }, '#/role'],
      [{ blocked: 'yes' }, '#/blocked'],
      [{ approved: false }, '#/approved'],
      [{ admin: true }, '#/admin'],
    ])('not to %j', async (body, pointer) => {
      const reply = await ask(server, 'PATCH', at(person), { body });
      expect([reply.status, faultOf(reply)]).toEqual([400, pointer]);
    });

    it('without losing the last administrator', async () => {
      for (const change of [{ blocked: true }, { role: 'user' }]) {
        const reply = await ask(server, 'PATCH', `/users/${String(ADMIN.id)}`, { body: change });
        expect(problemOf(reply).slice(0, 2)).toEqual(['conflict', 409]);
      }
      const reply = await ask(server, 'DELETE', `/users/${String(ADMIN.id)}`);
      expect(problemOf(reply).slice(0, 2)).toEqual(['conflict', 409]);
    });

    it('to an address that nobody else has', async () => {
      const reply = await ask(server, 'PATCH', at(person), { body: { email: people.persons.reader.email } });
      expect(problemOf(reply).slice(0, 2)).toEqual(['conflict', 409]);
    });

    it('never by a change that is not there', async () => {
      expect((await ask(server, 'PATCH', '/users/999999', { body: { name: 'x' } })).status).toBe(404);
      expect((await ask(server, 'PATCH', '/users/01000', { body: { name: 'x' } })).status).toBe(404);
    });

    it('by deletion, which only administrators of the server make', async () => {
      const remove = (name: CallerName): Promise<Reply> => people.call(name, 'DELETE', at(person));
      expect(await statusesOf(remove)).toEqual({
        'server administrator': 204,
        'account administrator': 403,
        reader: 403,
        'plain user': 403,
        stranger: 403,
      });
      expect((await as(bearer(person.token), 'GET', '/me')).status).toBe(401);
      expect((await ask(server, 'GET', at(person))).status).toBe(404);
    });
  });

  describe('are created', () => {
    it('by administrators of the server only', async () => {
      let number = 0;
      const create = (name: CallerName): Promise<Reply> =>
        people.call(name, 'POST', '/users', { email: `made${String((number += 1))}@example.com` });
      expect(await statusesOf(create)).toEqual({
        'server administrator': 201,
        'account administrator': 403,
        reader: 403,
        'plain user': 403,
        stranger: 403,
      });
    });

    it('with a password that is made and works, or with a given one that is not repeated', async () => {
      const made = await ask(server, 'POST', '/users', { body: { email: 'made@example.com', name: 'Made' } });
      expect([made.status, made.headers['cache-control']]).toEqual([201, 'no-store']);
      const { user, password } = made.json<{ user: UserBody; password: string }>();
      expect(made.headers.location).toBe(`users/${user.id}`);
      expect(user).toMatchObject({ name: 'Made', email: 'made@example.com', role: 'user', state: 'active' });
      const session = { email: 'made@example.com', password };
      expect((await ask(server, 'POST', '/session', { headers: {}, body: session })).status).toBe(200);
      const body = { email: 'given@example.com', password: 'correct horse', role: 'administrator' };
      const given = await ask(server, 'POST', '/users', { body });
      expect(given.json()).toEqual({ user: expect.objectContaining({ role: 'administrator', name: body.email }) });
      await ask(server, 'DELETE', `/users/${given.json<{ user: UserBody }>().user.id}`);
    });

    it('not twice, and not with a password that is too short', async () => {
      const { email } = people.persons.reader;
      expect(problemOf(await ask(server, 'POST', '/users', { body: { email } })).slice(0, 2)).toEqual([
        'conflict',
        409,
      ]);
      const short = await ask(server, 'POST', '/users', { body: { email: 'short@example.com', password: 'short' } });
      expect(problemOf(short).slice(0, 2)).toEqual(['invalid-request', 400]);
    });
  });

  describe('lose', () => {
    let person: Person;
    beforeEach(async () => {
      person = await newPerson(server);
    });

    it('their password to administrators of the server, and their logins with it', async () => {
      const session = await login(server, person);
      expect((await people.call('account administrator', 'POST', `${at(person)}/password`, {})).status).toBe(403);
      const { password } = (await ask(server, 'POST', `${at(person)}/password`)).json<{ password: string }>();
      expect((await ask(server, 'GET', '/me', { headers: bearer(session) })).status).toBe(401);
      expect((await ask(server, 'GET', '/me', { headers: bearer(person.token) })).status).toBe(200);
      await login(server, { ...person, password });
      const given = await ask(server, 'POST', `${at(person)}/password`, { body: { password: 'battery staple' } });
      expect([given.status, given.json()]).toEqual([200, {}]);
      const own = await ask(server, 'POST', `/users/${String(ADMIN.id)}/password`);
      expect(problemOf(own).slice(0, 2)).toEqual(['conflict', 409]);
    });

    it('single logins, or all, by themselves and by administrators of the server', async () => {
      const [one, two, three] = [await login(server, person), await login(server, person), await login(server, person)];
      const list = async (token: string): Promise<{ id: string; current: boolean }[]> =>
        (await ask(server, 'GET', `${at(person)}/logins`, { headers: bearer(token) })).json<{
          items: { id: string; current: boolean }[];
        }>().items;
      const logins = await list(two);
      expect(logins.map(({ current }) => current)).toEqual([false, true, false]);
      expect(logins[0]).toEqual({
        id: expect.any(String),
        created_at: expect.any(String),
        last_used_at: null,
        expires_at: expect.any(String),
        address: null,
        subject_token_id: null,
        user_agent: null,
        current: false,
      });
      for (const name of ['account administrator', 'reader', 'plain user', 'stranger'] as const) {
        expect((await people.call(name, 'GET', `${at(person)}/logins`)).status).toBe(404);
        expect((await people.call(name, 'POST', `${at(person)}/logins/end`)).status).toBe(404);
        expect((await people.call(name, 'DELETE', `${at(person)}/logins/${logins[0]?.id ?? ''}`)).status).toBe(404);
      }
      const first = `${at(person)}/logins/${logins[0]?.id ?? ''}`;
      expect((await ask(server, 'DELETE', first, { headers: bearer(person.token) })).status).toBe(204);
      expect((await ask(server, 'DELETE', first)).status).toBe(404);
      expect((await ask(server, 'GET', '/me', { headers: bearer(one) })).status).toBe(401);
      expect((await ask(server, 'POST', `${at(person)}/logins/end`, { headers: bearer(three) })).status).toBe(204);
      expect((await ask(server, 'GET', '/me', { headers: bearer(two) })).status).toBe(401);
      expect(await list(person.token)).toEqual([]);
      expect((await ask(server, 'GET', '/users/999999/logins')).status).toBe(404);
    });

    it('all access to administrators of the server, after a dry run, if it is what that told', async () => {
      await login(server, person);
      const end = (body: object): Promise<Reply> => ask(server, 'POST', `${at(person)}/end-access`, { body });
      const would = { personal_tokens: 1, logins: 1, service_tokens: 0, access_tokens: 0, accounts: 0 };
      for (const name of CALLERS.slice(1)) {
        expect((await people.call(name, 'POST', `${at(person)}/end-access`, { dry_run: true })).status).toBe(403);
      }
      expect((await end({ dry_run: true })).json()).toEqual({ dry_run: true, ...would });
      expect(problemOf(await end({ expected: 1 })).slice(0, 2)).toEqual(['conflict', 409]);
      expect((await ask(server, 'GET', '/me', { headers: bearer(person.token) })).status).toBe(200);
      expect((await end({ expected: 2 })).json()).toEqual({ dry_run: false, ...would });
      expect((await ask(server, 'GET', '/me', { headers: bearer(person.token) })).status).toBe(401);
    });

    it('with it the service tokens that they created, in whatever account', async () => {
      const owner = people.persons['account administrator'];
      const mine = await newServiceToken(server, people.a);
      const reply = await ask(server, 'POST', `${at(owner)}/end-access`, { body: { dry_run: true } });
      expect(reply.json()).toMatchObject({ service_tokens: 1, accounts: 1 });
      expect(mine.client_id).toBeDefined();
    });
  });
});
