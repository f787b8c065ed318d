/** Accounts, members, applications and policies, and the rights in them (docs/contracts/latchkey.md §5). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Account as AccountRow, Membership } from '../../../src/identity/index.js';
import { onBothEngines } from '../../support/engines.js';
import type { Reply } from '../../support/http.js';
import { startInMount, type TestServer } from '../../support/test-server.js';
import {
  callCloudflare,
  newAccount,
  newPerson,
  newServiceToken,
  type Account,
} from '../../gates/authorisation/world.js';
import { CALLERS, newPeople, statusesOf, type CallerName, type People } from './people.js';
import { ask, bearer, everyPage, faultOf, problemOf } from './support.js';

interface ListBody<T = { id: string; name: string }> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

interface MemberBody {
  readonly user: { readonly id: string; readonly email: string };
  readonly role: string;
}

onBothEngines('accounts', (engine) => {
  let server: TestServer;
  let people: People;
  beforeAll(async () => {
    server = await startInMount(engine);
    people = await newPeople(server);
  });
  afterAll(() => server.close());

  const a = (rest = ''): string => `/accounts/${people.a.id}${rest}`;
  const idOf = (name: CallerName): string => String(people.persons[name].userId);

  /** For reads of account A. */
  const READERS = {
    'server administrator': 200,
    'account administrator': 200,
    reader: 200,
    'plain user': 404,
    stranger: 404,
  };

  async function ids(path: string, name: CallerName = 'server administrator'): Promise<string[]> {
    const found = await everyPage<{ id?: string; user?: { id: string } }>((cursor) =>
      people.call(name, 'GET', `${path}?limit=1${cursor}`),
    );
    return found.map(({ id, user }) => id ?? user?.id ?? '');
  }

  describe('are seen', () => {
    it('by their members, with their role in them, and all by administrators of the server', async () => {
      const [first] = (await ask(server, 'GET', '/accounts')).json<ListBody>().items;
      // Those of the same millisecond come in the order of their ids.
      const [oldest, ...others] = await ids('/accounts');
      expect([oldest, ...others.sort()]).toEqual([first?.id, ...[people.a.id, people.b.id].sort()]);
      expect(await ids('/accounts', 'account administrator')).toEqual([people.a.id]);
      expect(await ids('/accounts', 'reader')).toEqual([people.a.id]);
      expect(await ids('/accounts', 'plain user')).toEqual([]);
      expect(await statusesOf((name) => people.call(name, 'GET', a()))).toEqual(READERS);
      await newServiceToken(server, people.a);
      const view = { id: people.a.id, name: people.a.name, created_at: expect.any(String), members: 2, tokens: 1 };
      expect((await people.call('reader', 'GET', a())).json()).toEqual({ ...view, role: 'read_only', permissions: [] });
      const permissions = ['create_token', 'change_members', 'rename', 'delete'];
      expect((await people.call('server administrator', 'GET', a())).json()).toEqual({
        ...view,
        role: null,
        permissions,
      });
    });

    it('by a part of their name', async () => {
      const { name } = people.b;
      const reply = await ask(server, 'GET', `/accounts?q=${encodeURIComponent(name.slice(3, 30).toUpperCase())}`);
      expect(reply.json<ListBody>().items.map((item) => item.name)).toEqual([name]);
      const hidden = await people.call('reader', 'GET', `/accounts?q=${encodeURIComponent(name.slice(3, 30))}`);
      expect(hidden.json()).toEqual({ items: [], next_cursor: null });
    });

    it.each(['..%2f', 'A'.repeat(32), '%00', 'x', '0'.repeat(32)])('never by the id %s', async (id) => {
      for (const method of ['GET', 'DELETE']) {
        const body = method === 'GET' ? undefined : { name: 'x' };
        expect((await ask(server, method, `/accounts/${id}`, { body })).status).toBe(404);
      }
    });
  });

  describe('are changed', () => {
    let account: Account;
    beforeAll(async () => {
      account = await newAccount(server);
    });

    it('by administrators of the server, and renamed by their own', async () => {
      const create = (name: CallerName): Promise<Reply> =>
        people.call(name, 'POST', '/accounts', { name: randomUUID() });
      expect(await statusesOf(create)).toEqual({
        'server administrator': 201,
        'account administrator': 403,
        reader: 403,
        'plain user': 403,
        stranger: 403,
      });
      const rename = (name: CallerName): Promise<Reply> =>
        people.call(name, 'PATCH', a(), { name: `renamed ${randomUUID()}` });
      expect(await statusesOf(rename)).toEqual({ ...READERS, reader: 403 });
      const remove = (name: CallerName): Promise<Reply> =>
        people.call(name, 'DELETE', `/accounts/${account.id}`, { name: account.name });
      expect(
        await statusesOf(async (name) => (name === 'server administrator' ? ask(server, 'GET', '/me') : remove(name))),
      ).toEqual({
        'server administrator': 200,
        'account administrator': 403,
        reader: 403,
        'plain user': 403,
        stranger: 403,
      });
    });

    it('and deleted only by their name', async () => {
      const path = `/accounts/${account.id}`;
      const wrong = await ask(server, 'DELETE', path, { body: { name: 'another' } });
      expect([wrong.status, faultOf(wrong)]).toEqual([400, '#/name']);
      expect((await ask(server, 'DELETE', path)).status).toBe(400);
      expect((await ask(server, 'DELETE', path, { body: { name: account.name } })).status).toBe(204);
      expect((await ask(server, 'GET', path)).status).toBe(404);
    });

    it('not to a name that is taken', async () => {
      const reply = await ask(server, 'POST', '/accounts', { body: { name: people.b.name.toUpperCase() } });
      expect(problemOf(reply).slice(0, 2)).toEqual(['conflict', 409]);
    });
  });

  describe('have members', () => {
    it('who are seen by members, and in pages', async () => {
      expect(await statusesOf((name) => people.call(name, 'GET', a('/members')))).toEqual(READERS);
      expect(await ids(a('/members'), 'reader')).toEqual([idOf('account administrator'), idOf('reader')]);
      const reply = await ask(server, 'GET', a('/members'));
      expect(reply.json<ListBody<MemberBody>>().items[1]).toEqual({
        user: { id: idOf('reader'), name: 'Rita Reader', email: people.persons.reader.email },
        role: 'read_only',
        created_at: expect.any(String),
        permissions: ['change_role', 'remove'],
      });
    });

    it('who are added, changed and removed by administrators', async () => {
      const person = await newPerson(server);
      const member = a(`/members/${String(person.userId)}`);
      const add = (body: object): Promise<Reply> => people.call('account administrator', 'POST', a('/members'), body);
      for (const name of ['reader', 'plain user', 'stranger'] as const) {
        const denied = name === 'reader' ? 403 : 404;
        const body = { email: person.email, role: 'read_only' };
        expect((await people.call(name, 'POST', a('/members'), body)).status).toBe(denied);
        expect(
          (await people.call(name, 'PATCH', a(`/members/${idOf('reader')}`), { role: 'administrator' })).status,
        ).toBe(denied);
        expect((await people.call(name, 'DELETE', a(`/members/${idOf('account administrator')}`))).status).toBe(denied);
      }
      const added = await add({ email: person.email, role: 'read_only' });
      expect([added.status, added.json<MemberBody>().role]).toEqual([201, 'read_only']);
      expect(problemOf(await add({ user_id: String(person.userId), role: 'read_only' })).slice(0, 2)).toEqual([
        'conflict',
        409,
      ]);
      const changed = await people.call('account administrator', 'PATCH', member, { role: 'administrator' });
      expect(changed.json<MemberBody>().role).toBe('administrator');
      expect((await people.call('account administrator', 'DELETE', member)).status).toBe(204);
      expect((await people.call('account administrator', 'DELETE', member)).status).toBe(404);
      expect((await people.call('account administrator', 'PATCH', member, { role: 'read_only' })).status).toBe(404);
    });

    it.each([
      [{ email: 'nobody@example.com', role: 'read_only' }, '#/email'],
      [{ user_id: '999999', role: 'read_only' }, '#/user_id'],
      [{ user_id: '0', role: 'read_only' }, '#/user_id'],
      [{ user_id: '1000', role: 'boss' }, '#/role'],
      [{ user_id: '1000', email: 'x@example.com', role: 'read_only' }, undefined],
      [{ role: 'read_only' }, undefined],
    ])('but not by %j', async (body, pointer) => {
      const reply = await ask(server, 'POST', a('/members'), { body });
      expect([reply.status, faultOf(reply)]).toEqual([400, pointer]);
    });

    it('of whom the last administrator stays, unless an administrator of the server takes the role', async () => {
      const last = a(`/members/${idOf('account administrator')}`);
      const demoted = await people.call('account administrator', 'PATCH', last, { role: 'read_only' });
      expect(problemOf(demoted).slice(0, 2)).toEqual(['conflict', 409]);
      const removed = await people.call('account administrator', 'DELETE', last);
      expect(problemOf(removed).slice(0, 2)).toEqual(['conflict', 409]);
    });
  });

  describe('have applications and policies', () => {
    it('that members see in pages', async () => {
      const path = `/accounts/${people.a.id}/access`;
      const policy = { name: 'Everybody', decision: 'allow', include: [{ everyone: {} }] };
      const made: string[] = [];
      for (const host of ['one', 'two']) {
        const domain = `${host}.${people.a.id}.example/admin`;
        made.push(
          (
            await callCloudflare<{ id: string }>(server, 'POST', `${path}/apps`, {
              domain,
              name: host,
              policies: [policy],
            })
          ).id,
        );
      }
      const reusable = await callCloudflare<{ id: string }>(server, 'POST', `${path}/policies`, policy);
      for (const part of ['applications', 'policies']) {
        expect(await statusesOf((name) => people.call(name, 'GET', a(`/${part}`)))).toEqual(READERS);
      }
      expect(await ids(a('/applications'), 'reader')).toEqual(made);
      expect(await ids(a('/policies'), 'reader')).toEqual([reusable.id]);
      const { items } = (await people.call('reader', 'GET', a('/applications'))).json<ListBody>();
      expect(items[0]).toEqual({
        id: made[0],
        name: 'one',
        aud: expect.stringMatching(/^[0-9a-f]{64}$/),
        domains: [`one.${people.a.id}.example/admin`],
        policies: [{ id: expect.any(String), name: 'Everybody', decision: 'people', precedence: 1 }],
      });
      const policies = (await people.call('reader', 'GET', a('/policies'))).json<ListBody>().items;
      expect(policies[0]).toEqual({ id: reusable.id, name: 'Everybody', decision: 'people', applications: 0 });
    });
  });

  it('are seen each once by a member of more than can be looked for by their ids', async () => {
    const person = await newPerson(server);
    const many = Array.from({ length: 205 }, (_, n) => ({
      id: `c${String(n).padStart(31, '0')}`,
      name: `One of many ${String(n)}`,
      createdAt: new Date(Math.floor(n / 10)),
    }));
    const { manager } = server.dataSource;
    await manager.insert(
      AccountRow,
      many.map((one) => ({ ...one, updatedAt: one.createdAt })),
    );
    const memberships = many.map(({ id, createdAt }) => {
      return { id: id.replace('c', 'd'), accountId: id, userId: person.userId, role: 'read_only' as const, createdAt };
    });
    await manager.insert(Membership, memberships);
    for (const [query, expected] of [
      ['limit=50', many],
      ['limit=50&q=MANY%201', many.filter(({ name }) => name.startsWith('One of many 1'))],
    ] as const) {
      const found = await everyPage<{ id: string }>((cursor) =>
        ask(server, 'GET', `/accounts?${query}${cursor}`, { headers: bearer(person.token) }),
      );
      expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    }
  });

  it('are nobody’s without a token', async () => {
    for (const path of ['/accounts', a(), a('/members'), a('/applications'), a('/policies')]) {
      expect((await ask(server, 'GET', path, { headers: {} })).status).toBe(401);
    }
    expect(CALLERS).toHaveLength(5);
  });
});
