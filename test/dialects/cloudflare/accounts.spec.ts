import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ACCOUNT, ADMIN } from '../../support/test-server.js';
import {
  AUTHENTICATION_ERROR,
  DAY,
  HEX_ID,
  UNKNOWN_HEX,
  WIRE_TIME,
  auditRows,
  changingNothing,
  cloudflareSuite,
  countRows,
  inSeconds,
  invalid,
  noRoute,
  ok,
  okList,
  refusal,
  tokenPath,
  type Account,
  type Caller,
} from './support.js';

const newName = (): string => `Account ${randomUUID()}`;

cloudflareSuite('accounts', (cf) => {
  const path = (id: string): string => `/accounts/${id}`;
  const idsOf = async (caller: Caller, query = ''): Promise<string[]> =>
    okList<Account>(await caller.get(`/accounts${query}`)).items.map(({ id }) => id);

  describe('GET accounts, 200', () => {
    it('shows administrators of the server all accounts, in the documented members', async () => {
      const id = await cf.account();
      const { items, info } = okList<Account>(await cf.admin.get('/accounts'));
      expect(items.map((account) => account.id)).toEqual(expect.arrayContaining([ACCOUNT.id, id]));
      expect(items.find((account) => account.id === ACCOUNT.id)).toEqual({
        id: ACCOUNT.id,
        name: ACCOUNT.name,
        type: 'standard',
        settings: { abuse_contact_email: null, allow_no_identifier: null, enforce_twofactor: false },
        created_on: expect.stringMatching(WIRE_TIME),
      });
      expect(info.total_count).toBe(await countRows(cf.server, 'latchkey_account'));
    });

    it('shows other users the accounts of which they are a member, and counts no others', async () => {
      const [one, other] = [await cf.account(), await cf.account()];
      const { caller, email } = await cf.memberOf(one, 'read_only');
      expect(await idsOf(caller)).toEqual([one]);
      ok(await cf.admin.post(`${path(other)}/members`, { email, roles: ['administrator'] }));
      expect((await idsOf(caller)).sort()).toEqual([one, other].sort());
      const { info } = okList(await caller.get('/accounts?per_page=1'));
      expect(info).toMatchObject({ count: 1, total_count: 2, total_pages: 2 });
      expect(await idsOf((await cf.person()).caller)).toEqual([]);
    });

    it('is paged up to an empty page, in either direction', async () => {
      const { caller, email } = await cf.memberOf(await cf.account(), 'read_only');
      for (let more = 0; more < 2; more += 1) {
        ok(await cf.admin.post(`${path(await cf.account())}/members`, { email, roles: ['read_only'] }));
      }
      const oldestFirst = await idsOf(caller);
      expect(await idsOf(caller, '?direction=asc')).toEqual(oldestFirst);
      expect(await idsOf(caller, '?direction=desc')).toEqual([...oldestFirst].reverse());
      const paged: string[] = [];
      for (const page of [1, 2]) paged.push(...(await idsOf(caller, `?per_page=2&page=${String(page)}`)));
      expect(paged).toEqual(oldestFirst);
      expect(await idsOf(caller, '?per_page=2&page=3')).toEqual([]);
      expect(await idsOf(caller, '?page=2')).toEqual([]);
    });

    it('finds an account by its exact name, among the caller’s own', async () => {
      const { id, name } = ok<Account>(await cf.admin.post('/accounts', { name: newName() }));
      expect(await idsOf(cf.admin, `?name=${encodeURIComponent(name)}`)).toEqual([id]);
      expect(await idsOf(cf.admin, `?name=${encodeURIComponent(name.slice(0, -1))}`)).toEqual([]);
      expect(await idsOf((await cf.person()).caller, `?name=${encodeURIComponent(name)}`)).toEqual([]);
    });
  });

  describe('GET accounts, 400', () => {
    it.each([
      ['page=0', 'page'],
      ['per_page=1001', 'per_page'],
      ['direction=up', 'direction'],
      ['name=%00', 'name'],
    ])('refuses %s', async (query, field) => {
      invalid(await cf.admin.get(`/accounts?${query}`), field);
    });
  });

  describe('GET accounts/:id', () => {
    it('shows the account to its members, by its id in either case', async () => {
      const id = await cf.account();
      const { caller } = await cf.memberOf(id, 'read_only');
      const account = ok<Account>(await caller.get(path(id)));
      expect(account.id).toBe(id);
      expect(ok(await caller.get(path(id.toUpperCase())))).toEqual(account);
      expect(ok(await cf.admin.get(path(id)))).toEqual(account);
    });

    it('403: gives others the same answer as for one that does not exist', async () => {
      const { caller } = await cf.person();
      const foreign = await caller.get(path(ACCOUNT.id));
      expect(refusal(foreign, 403, 10000)).toEqual(AUTHENTICATION_ERROR);
      expect((await caller.get(path(UNKNOWN_HEX))).text).toBe(foreign.text);
    });

    it.each([UNKNOWN_HEX, 'x', '1', 'z'.repeat(32), `${UNKNOWN_HEX}0`, '%00'])(
      '404: repeats the path if it does not exist: %s',
      async (id) => {
        expect(refusal(await cf.admin.get(path(id)), 404, 7003).message).toBe(noRoute(cf, path(id)));
      },
    );
  });

  describe('POST accounts', () => {
    it('creates an account with a new id, which is audited', async () => {
      const name = newName();
      const account = ok<Account>(await cf.admin.post('/accounts', { name, type: 'enterprise', id: UNKNOWN_HEX }));
      expect(account).toMatchObject({ id: expect.stringMatching(HEX_ID), name, type: 'standard' });
      expect(account.id).not.toBe(UNKNOWN_HEX);
      expect(ok(await cf.admin.get(path(account.id)))).toEqual(account);
      const rows = await auditRows(cf.server, { action: 'account.created', targetId: account.id });
      expect(rows).toHaveLength(1);
    });

    it.each([
      ['no body', undefined],
      ['no name', {}],
      ['an empty name', { name: '' }],
      ['a number for a name', { name: 1 }],
      ['a name of 256 characters', { name: 'n'.repeat(256) }],
      ['a NUL in the name', { name: '\0' }],
    ])('400: refuses %s and changes nothing', async (_what, body) => {
      invalid(await changingNothing(cf, () => cf.admin.post('/accounts', body)), 'name');
    });

    it('403: refuses all but administrators of the server', async () => {
      const { caller } = await cf.memberOf(ACCOUNT.id, 'administrator');
      const reply = await changingNothing(cf, () => caller.post('/accounts', { name: newName() }));
      expect(refusal(reply, 403, 10000)).toEqual(AUTHENTICATION_ERROR);
    });

    it('409: refuses a name that is taken, also in simultaneous requests', async () => {
      refusal(await changingNothing(cf, () => cf.admin.post('/accounts', { name: ACCOUNT.name })), 409, 12132);
      const name = newName();
      const replies = await Promise.all([1, 2, 3, 4].map(() => cf.admin.post('/accounts', { name })));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    });
  });

  describe('PUT accounts/:id', () => {
    it('renames the account for its administrators, who keep their access', async () => {
      const id = await cf.account();
      const { caller } = await cf.memberOf(id, 'administrator');
      const name = newName();
      expect(ok(await caller.put(path(id), { name, type: 'standard', id }))).toMatchObject({ id, name });
      expect(ok(await caller.get(path(id)))).toMatchObject({ id, name });
      expect(ok(await caller.put(path(id), { name }))).toMatchObject({ id, name });
    });

    it.each([[{}], [{ name: null }], [{ settings: {} }]])('changes nothing when given %j', async (body) => {
      const id = await cf.account();
      const before = ok(await cf.admin.get(path(id)));
      expect(ok(await changingNothing(cf, () => cf.admin.put(path(id), body)))).toEqual(before);
    });

    it.each([[{ name: '' }], [{ name: 7 }]])('400: refuses %j', async (body) => {
      const id = await cf.account();
      invalid(await changingNothing(cf, () => cf.admin.put(path(id), body)), 'name');
    });

    it('403: refuses read_only members before checking the body', async () => {
      const id = await cf.account();
      const { caller } = await cf.memberOf(id, 'read_only');
      refusal(await changingNothing(cf, () => caller.put(path(id), '{')), 403, 10000);
    });

    it('404: for an account that does not exist', async () => {
      refusal(await cf.admin.put(path(UNKNOWN_HEX), { name: newName() }), 404, 7003);
    });

    it('409: refuses the name of another account and keeps its own', async () => {
      const id = await cf.account();
      refusal(await changingNothing(cf, () => cf.admin.put(path(id), { name: ACCOUNT.name })), 409, 12132);
    });

    it.each([' ACME ', '\uFF21CME', 'ac\u200Bme', 'a\u0441me'])('refuses a look-alike: %j', async (name) => {
      const id = await cf.account();
      const reply = await changingNothing(cf, () => cf.admin.put(path(id), { name }));
      expect([400, 409]).toContain(reply.status);
    });

    it('is audited with the old and the new name', async () => {
      const { id, name } = ok<Account>(await cf.admin.post('/accounts', { name: newName() }));
      const other = newName();
      ok(await cf.admin.put(path(id), { name: other }));
      const [row] = await auditRows(cf.server, { action: 'account.updated', targetId: id });
      expect(row?.details).toEqual({ fields: ['name'], old_name: name, new_name: other });
    });
  });

  describe('a name that an account has given up', () => {
    it('409: is reserved for it, which only administrators of the server can see', async () => {
      const { id: first, name } = ok<Account>(await cf.admin.post('/accounts', { name: newName() }));
      ok(await cf.admin.put(path(first), { name: newName() }));
      const second = await cf.account();
      const { caller } = await cf.memberOf(second, 'administrator');
      const { message } = refusal(await cf.admin.post('/accounts', { name }), 409, 12132);
      expect(message).toContain(`for account ${first}, which had it; choose another name, or take this one`);
      const freed = await caller.put(path(second), { name });
      expect(refusal(freed, 409, 12132).message).toContain('the name is in use or reserved');
      expect((await caller.put(path(second), { name: ACCOUNT.name })).text).toBe(freed.text);
      refusal(await caller.put(path(second), { name, take_reserved_name: true }), 409, 12132);
      ok(await cf.admin.put(path(second), { name, take_reserved_name: true }));
      refusal(await cf.admin.put(path(first), { name, take_reserved_name: true }), 409, 12132);
    });
  });

  describe('DELETE accounts/:id', () => {
    it('removes the account with its tokens and memberships; the secrets stop working at once', async () => {
      const id = await cf.account();
      const { caller, userId } = await cf.memberOf(id, 'administrator');
      const token = await cf.token(id);
      const rotated = await cf.rotate(id, token.id, {
        previous_client_secret_expires_at: inSeconds(Date.now() + DAY),
      });
      expect(ok(await cf.admin.delete(path(id)))).toEqual({ id });
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('unknown');
      expect(await cf.verdict(token.client_id, rotated.client_secret)).toBe('unknown');
      for (const table of ['token', 'token_count', 'membership']) {
        expect(await countRows(cf.server, `latchkey_${table} WHERE account_id = '${id}'`)).toBe(0);
      }
      expect(await countRows(cf.server, `latchkey_user WHERE id = ${String(userId)}`)).toBe(1);
      refusal(await cf.admin.get(path(id)), 404, 7003);
      refusal(await cf.admin.get(tokenPath(id, token.id)), 404, 7003);
      refusal(await cf.admin.delete(path(id)), 404, 7003);
      refusal(await caller.get(path(id)), 403, 10000);
      const rows = await auditRows(cf.server, { action: 'account.deleted', targetId: id });
      expect(rows).toEqual([expect.objectContaining({ authorId: ADMIN.id, accountId: id })]);
    });

    it('does not affect other accounts', async () => {
      const [one, other] = [await cf.account(), await cf.account()];
      const stays = await cf.token(other);
      await cf.token(one);
      ok(await cf.admin.delete(path(one)));
      expect(await cf.verdict(stays.client_id, stays.client_secret)).toBe('valid');
      expect(ok(await cf.admin.get(path(other)))).toMatchObject({ id: other });
    });

    it('403: refuses the account’s own administrators', async () => {
      const id = await cf.account();
      const { caller } = await cf.memberOf(id, 'administrator');
      refusal(await changingNothing(cf, () => caller.delete(path(id))), 403, 10000);
    });
  });
});
