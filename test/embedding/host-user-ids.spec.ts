/** Users of a host go by the host's own ids in everything but the Canvus API: UUIDs, and numbers of 64 bits. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Bootstrap, UserNumbers } from '../../src/index.js';
import { faultOf, problemOf } from '../dialects/latchkey/support.js';
import { onBothEngines } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { openStream } from '../support/line-stream.js';
import { API, startPeopleHost, type PeopleHost } from './people-host.js';

const ACCOUNT = randomUUID().replaceAll('-', '');

type Ids = readonly [kind: string, root: string, anna: string, ben: string, stranger: string];

const KINDS: readonly Ids[] = [
  ['UUIDs', randomUUID(), randomUUID(), randomUUID(), randomUUID()],
  // Beyond what a number of JavaScript holds: the last two differ in nothing else.
  ['numbers of 64 bits', '9223372036854775807', '9007199254740992', '9007199254740993', '9007199254740994'],
];

onBothEngines('a host with ids of its own', (engine) => {
  describe.each(KINDS)('which are %s', (_kind, ROOT, ANNA, BEN, STRANGER) => {
    let host: PeopleHost;
    let service: string;
    let personal: { readonly id: string; readonly headers: Record<string, string> };
    const items = (reply: Reply): { id: string }[] => reply.json<{ items: { id: string }[] }>().items;
    const idsOf = (reply: Reply): string[] => items(reply).map(({ id }) => id);
    const root = (method: string, path: string, body?: object): Promise<Reply> => host.as(ROOT, method, path, body);

    beforeAll(async () => {
      host = await startPeopleHost(engine);
      await host.addAccount('The tenant', ACCOUNT);
      host.add(ROOT, { admin: true, email: 'root@shop.example', name: 'Root' });
      host.add(ANNA, { email: 'anna@shop.example', name: 'Anna of the shop' });
      host.add(BEN, { email: 'ben@shop.example', name: 'Ben of the shop' });
      for (const id of [ANNA, BEN]) {
        const added = await root('POST', `/accounts/${ACCOUNT}/members`, { user_id: id, role: 'administrator' });
        expect([added.status, added.json<object>()]).toMatchObject([201, { user: { id } }]);
      }
      const robot = { kind: 'service_token', account_id: ACCOUNT, name: 'robot' };
      service = (await host.as(ANNA, 'POST', '/tokens', robot)).json<{ token: { id: string } }>().token.id;
      const own = await root('POST', '/tokens', { kind: 'personal_token', owner_id: ANNA, name: 'laptop' });
      const { token, headers } = own.json<{ token: { id: string }; headers: Record<string, string> }>();
      expect(token).toMatchObject({ owner: { id: ANNA }, created_by: { id: ROOT } });
      personal = { id: token.id, headers };
    });
    afterAll(() => host.close());

    it('filters tokens by them, in lists, exports and bulk changes', async () => {
      expect(idsOf(await root('GET', `/tokens?owner_id=${ANNA}`))).toEqual([personal.id]);
      expect(idsOf(await root('GET', `/tokens?created_by=${ANNA}`))).toEqual([service]);
      expect(idsOf(await root('GET', `/tokens?created_by=${ROOT}`))).toEqual([personal.id]);
      expect((await root('GET', `/tokens/export.csv?owner_id=${ANNA}`)).text).toContain(ANNA);
      const bulk = { action: 'disable', filter: { created_by: ANNA }, dry_run: true };
      expect((await root('POST', '/tokens/bulk', bulk)).json()).toMatchObject({ matched: 1 });
      // Who is not there selects nothing: neither everything, nor somebody whose id looks alike.
      for (const id of [STRANGER, BEN, '1000000001', '1']) {
        const reply = await root('GET', `/tokens?owner_id=${id}`);
        expect([id, reply.status, items(reply)]).toEqual([id, 200, []]);
      }
      const long = await root('GET', `/tokens?owner_id=${'a'.repeat(256)}`);
      expect([long.status, faultOf(long)]).toEqual([400, 'owner_id']);
    });

    it('shows them with tokens, also to members, and of people who are gone', async () => {
      expect((await host.as(BEN, 'GET', `/tokens/${service}`)).json()).toMatchObject({
        created_by: { id: ANNA, name: 'Anna of the shop' },
      });
      const gone = host.directory.people.get(ANNA);
      host.directory.people.delete(ANNA);
      const shown = (await root('GET', `/tokens/${service}`)).json();
      if (gone) host.directory.people.set(ANNA, gone);
      expect(shown).toMatchObject({ created_by: { id: ANNA, name: null, email: null } });
    });

    it('takes them in paths', async () => {
      expect((await root('GET', `/users/${ANNA}`)).json()).toMatchObject({
        id: ANNA,
        email: 'anna@shop.example',
        state: 'active',
        created_at: null,
        tokens: 1,
        created_service_tokens: 1,
        accounts: 1,
      });
      expect((await host.as(BEN, 'GET', `/users/${ANNA}`)).json()).toMatchObject({ id: ANNA });
      expect((await host.as(BEN, 'GET', `/users/${ROOT}`)).status).toBe(404);
      const number = String(await host.app.get(UserNumbers).numberOf(ANNA));
      for (const id of [STRANGER, number]) expect((await root('GET', `/users/${id}`)).status).toBe(404);
      expect((await root('GET', `/users/${ANNA}/logins`)).json()).toMatchObject({ items: [] });
      const role = await root('PATCH', `/accounts/${ACCOUNT}/members/${BEN}`, { role: 'read_only' });
      expect(role.json()).toMatchObject({ user: { id: BEN }, role: 'read_only' });
      const wrong = await root('POST', `/accounts/${ACCOUNT}/members`, { user_id: STRANGER, role: 'read_only' });
      expect([wrong.status, faultOf(wrong)]).toEqual([400, '#/user_id']);
    });

    it('lists those who have been here, page by page', async () => {
      const first = await root('GET', '/users?limit=2');
      const { next_cursor: cursor } = first.json<{ next_cursor: string }>();
      const rest = await root('GET', `/users?limit=2&cursor=${encodeURIComponent(cursor)}`);
      expect([...idsOf(first), ...idsOf(rest)].sort()).toEqual([ROOT, ANNA, BEN].sort());
      expect(idsOf(await root('GET', '/users?q=ANNA'))).toEqual([ANNA]);
      expect(idsOf(await root('GET', '/users?role=administrator'))).toEqual([ROOT]);
      expect(idsOf(await host.as(ANNA, 'GET', '/users')).sort()).toEqual([ANNA, BEN].sort());
      expect(idsOf(await host.as(BEN, 'GET', '/users'))).toEqual([BEN]);
      const one = await host.as(ANNA, 'GET', '/users?limit=1');
      const { next_cursor: next } = one.json<{ next_cursor: string }>();
      const other = await host.as(ANNA, 'GET', `/users?limit=1&cursor=${encodeURIComponent(next)}`);
      expect([...idsOf(one), ...idsOf(other)].sort()).toEqual([ANNA, BEN].sort());
      expect(other.json()).toMatchObject({ next_cursor: null });
    });

    it('leaves the users themselves to the host', async () => {
      const replies = [
        await root('POST', '/users', { email: 'x@shop.example' }),
        await root('PATCH', `/users/${ANNA}`, { blocked: true }),
        await root('DELETE', `/users/${ANNA}`),
        await root('POST', `/users/${ANNA}/password`, {}),
      ];
      expect(replies.map(problemOf)).toEqual(
        replies.map(() => ['conflict', 409, expect.stringMatching(/^the users are those of the application/)]),
      );
    });

    it('has accounts by ids that are chosen, and no first start of Latchkey’s own', async () => {
      const id = randomUUID().replaceAll('-', '');
      const made = await root('POST', '/accounts', { name: `Tenant ${id}`, id });
      expect([made.status, made.json()]).toMatchObject([201, { id }]);
      expect((await root('GET', `/accounts/${id}`)).status).toBe(200);
      const again = await root('POST', '/accounts', { name: 'Another', id });
      expect(again.status).toBe(409);
      const wrong = await root('POST', '/accounts', { name: 'Another', id: randomUUID() });
      expect([wrong.status, faultOf(wrong)]).toEqual([400, '#/id']);
      const started = host.app.get(Bootstrap).run({ accountId: id });
      await expect(started).rejects.toThrow(/TokensApi\.issue\({ kind: "personal_token", owner: id, name }\)/);
    });

    it('has them in the audit log', async () => {
      const by = await root('GET', `/audit?author_id=${ANNA}`);
      expect(by.json()).toMatchObject({ items: [{ action: 'token.issued', author: { id: ANNA } }] });
      expect(items(await root('GET', `/audit?author_id=${STRANGER}`))).toEqual([]);
      const about = await root('GET', `/audit?target_id=${personal.id}`);
      expect(about.json()).toMatchObject({ items: [{ author: { id: ROOT }, details: { user_id: ANNA } }] });
      expect((await root('GET', `/audit/export.csv?author_id=${ANNA}`)).text).toContain(ANNA);
      // Whose own rows they are is known as well.
      expect(idsOf(await host.as(BEN, 'GET', '/audit')).length).toBeGreaterThan(0);
    });

    it('admits them by the rules of /verify', async () => {
      const statuses: number[] = [];
      for (const id of [ANNA, BEN, STRANGER]) {
        const path = `/tokens/verify?user=${id}`;
        statuses.push((await send(host.baseUrl, 'GET', path, { headers: personal.headers })).status);
      }
      expect(statuses).toEqual([200, 403, 403]);
    });

    it('tells them in the live stream, also of an end of all access', async () => {
      const stream = await openStream(host.baseUrl, `${API}/events`, { Cookie: `shop_session=${ROOT}` });
      await stream.until(() => stream.lines.length > 0);
      const spare = await root('POST', '/tokens', { kind: 'personal_token', owner_id: BEN, name: 'spare' });
      expect(spare.status).toBe(201);
      const ended = await root('POST', `/users/${BEN}/end-access`, {});
      expect(ended.json()).toMatchObject({ personal_tokens: 1 });
      const told = (event: string, of: string): boolean =>
        stream.lines.some((line, at) => line === `event: ${event}` && (stream.lines[at + 1] ?? '').includes(of));
      await stream.until(() => told('user.changed', `"id":"${BEN}"`));
      await stream.until(() => told('audit', `"target":{"type":"user","id":"${BEN}"`));
      expect(stream.lines.join('\n')).not.toMatch(/"id":"10000000\d\d"/);
      const about = await root('GET', `/audit?target_id=${BEN}`);
      expect(about.json()).toMatchObject({ items: [{ action: 'user.access_ended', target: { id: BEN } }] });
    });

    it('exports and erases what is kept of a person', async () => {
      const exported = await host.as(ANNA, 'GET', `/users/${ANNA}/export`);
      expect(exported.headers['content-disposition']).toContain(`latchkey-user-${ANNA}.json`);
      expect(exported.json()).toMatchObject({
        user: { id: ANNA },
        memberships: [{ account_id: ACCOUNT }],
        tokens: [{ id: personal.id }],
        created_tokens: [{ id: service }],
      });
      const wrong = await root('POST', `/users/${ANNA}/erase`, { email: 'ben@shop.example' });
      expect([wrong.status, faultOf(wrong)]).toEqual([400, '#/email']);
      const erased = await root('POST', `/users/${ANNA}/erase`, { email: 'anna@shop.example' });
      expect(erased.status).toBe(200);
      expect(erased.json<{ audit_rows: number }>().audit_rows).toBeGreaterThan(0);
      expect((await send(host.baseUrl, 'GET', '/tokens/verify', { headers: personal.headers })).status).toBe(401);
      const members = await root('GET', `/accounts/${ACCOUNT}/members`);
      expect(members.text).not.toContain(ANNA);
      const rows = await root('GET', `/audit?author_id=${ANNA}`);
      expect(rows.json()).toMatchObject({ items: [{ author: { id: ANNA, name: null }, address: null }] });
      expect((await root('GET', '/audit?limit=200')).text).not.toContain('Anna of the shop');
      expect((await root('GET', `/tokens/${service}`)).json()).toMatchObject({ created_by: { id: ANNA } });
      // Whom the host has removed is erased by their id.
      host.directory.people.delete(ANNA);
      expect((await root('POST', `/users/${ANNA}/erase`, { email: ANNA })).status).toBe(200);
    });
  });
});
