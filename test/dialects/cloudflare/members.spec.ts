import { describe, expect, it } from '@jest/globals';
import { SYSTEM } from '../../../src/core/index.js';
import { UserService } from '../../../src/identity/index.js';
import type { Reply } from '../../support/http.js';
import {
  AUTHENTICATION_ERROR,
  HEX_ID,
  UNKNOWN_HEX,
  auditRows,
  changingNothing,
  cloudflareSuite,
  invalid,
  memberPath,
  membersOf,
  noRoute,
  ok,
  okList,
  refusal,
  tokensOf,
  type Caller,
  type Member,
} from './support.js';

cloudflareSuite('accounts/:id/members', (cf) => {
  const add = async (account: string, email: string, role: string): Promise<Member> =>
    ok<Member>(await cf.admin.post(membersOf(account), { email, roles: [role] }));

  describe('POST members', () => {
    it.each(['administrator', 'read_only'])('makes an existing user a member with the role %s', async (role) => {
      const account = await cf.account();
      const { email, userId, caller } = await cf.person();
      const member = await add(account, email, role);
      expect(member).toMatchObject({
        id: expect.stringMatching(HEX_ID),
        email,
        status: 'accepted',
        roles: [expect.objectContaining({ id: role })],
        user: expect.objectContaining({ id: String(userId), email }),
      });
      expect(ok(await cf.admin.get(memberPath(account, member.id)))).toEqual(member);
      expect((await caller.get(tokensOf(account))).status).toBe(200);
      const created = await caller.post(tokensOf(account), { name: 'mine' });
      expect(created.status).toBe(role === 'administrator' ? 201 : 403);
    });

    it('finds the user by their address in any case, and accepts a role as an object with its id', async () => {
      const account = await cf.account();
      const { email } = await cf.person();
      const body = { email: email.toUpperCase(), roles: [{ id: 'read_only' }], status: 'pending' };
      expect(ok(await cf.admin.post(membersOf(account), body))).toMatchObject({ email, roles: [{ id: 'read_only' }] });
    });

    it('accepts the id of a user instead of an address', async () => {
      const account = await cf.account();
      const { email, userId } = await cf.person();
      const body = { user_id: userId, roles: ['read_only'] };
      expect(ok(await cf.admin.post(membersOf(account), body))).toMatchObject({ email, user: { id: String(userId) } });
      for (const wrong of [{ user_id: 999_999 }, { user_id: userId, email }, { user_id: 'x' }, { user_id: 0 }]) {
        const reply = await changingNothing(cf, () => cf.admin.post(membersOf(account), { ...body, ...wrong }));
        expect(refusal(reply, 400, 12130).message).toMatch(/user_id|no user has the id 999999/);
      }
    });

    it('may be done by administrators of the account, and is audited', async () => {
      const account = await cf.account();
      const { caller, userId } = await cf.memberOf(account, 'administrator');
      const { email } = await cf.person();
      ok(await caller.post(membersOf(account), { email, roles: ['read_only'] }));
      const row = (await auditRows(cf.server, { accountId: account })).at(-1);
      expect(row).toMatchObject({ action: 'membership.added', authorId: userId });
    });

    it.each<[string, Record<string, unknown>, string]>([
      ['no e-mail address', { email: undefined }, 'email'],
      ['null for the address', { email: null }, 'email'],
      ['a number for the address', { email: 7 }, 'email'],
      ['text that is not an address', { email: 'somebody' }, 'email'],
      ['a list for the address', { email: ['a@example.com'] }, 'email'],
      ['an address of 300 characters', { email: `${'a'.repeat(290)}@example.com` }, 'email'],
      ['a NUL in the address', { email: 'a\0@example.com' }, 'email'],
      ['no roles', { roles: undefined }, 'roles'],
      ['no role', { roles: [] }, 'roles'],
      ['two roles', { roles: ['read_only', 'administrator'] }, 'roles'],
      ['an unknown role', { roles: ['owner'] }, 'roles'],
      ['a role that is a property of every object', { roles: ['constructor'] }, 'roles'],
      ['a string for the roles', { roles: 'read_only' }, 'roles'],
      ['null for a role', { roles: [null] }, 'roles'],
      ['a role with a number for an id', { roles: [{ id: 1 }] }, 'roles'],
    ])('400: refuses %s and changes nothing', async (_what, fields, field) => {
      const account = await cf.account();
      const { email } = await cf.person();
      const body = { email, roles: ['read_only'], ...fields };
      invalid(await changingNothing(cf, () => cf.admin.post(membersOf(account), body)), field);
    });

    it('400: says that there is no such user, points at the address and changes nothing', async () => {
      const account = await cf.account();
      const body = { email: 'nobody@example.com', roles: ['read_only'] };
      const reply = await changingNothing(cf, () => cf.admin.post(membersOf(account), body));
      const { message, source } = refusal(reply, 400, 12130);
      expect(source).toEqual({ pointer: '/email' });
      expect(message).toContain('nobody@example.com');
    });

    it('409: refuses a user who is already a member, also in simultaneous requests', async () => {
      const account = await cf.account();
      const { email } = await cf.person();
      const body = { email, roles: ['read_only'] };
      const replies = await Promise.all([1, 2, 3].map(() => cf.admin.post(membersOf(account), body)));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
      const again = { email, roles: ['administrator'] };
      refusal(await changingNothing(cf, () => cf.admin.post(membersOf(account), again)), 409, 12132);
    });
  });

  describe('GET members', () => {
    it('shows all members, oldest first, page by page up to an empty page', async () => {
      const account = await cf.account();
      const added: Member[] = [];
      for (let count = 0; count < 3; count += 1) added.push(await add(account, (await cf.person()).email, 'read_only'));
      const whole = okList<Member>(await cf.admin.get(membersOf(account)));
      expect(whole.items).toHaveLength(3);
      expect(new Set(whole.items.map(({ id }) => id))).toEqual(new Set(added.map(({ id }) => id)));
      expect(whole.info).toMatchObject({ page: 1, count: 3, total_count: 3, total_pages: 1 });
      const paged: Member[] = [];
      for (const page of [1, 2, 3]) {
        const part = okList<Member>(await cf.admin.get(`${membersOf(account)}?per_page=2&page=${String(page)}`));
        expect(part.info).toMatchObject({ page, per_page: 2, total_count: 3, total_pages: 2 });
        paged.push(...part.items);
      }
      expect(paged).toEqual(whole.items);
      expect(okList(await cf.admin.get(`${membersOf(account)}?page=2`)).items).toEqual([]);
    });

    it('shows the other members to read_only members', async () => {
      const account = await cf.account();
      const { caller, memberId } = await cf.memberOf(account, 'read_only');
      expect(okList<Member>(await caller.get(membersOf(account))).items.map(({ id }) => id)).toEqual([memberId]);
    });

    it('400: refuses an invalid page', async () => {
      const account = await cf.account();
      invalid(await cf.admin.get(`${membersOf(account)}?page=x`), 'page');
      invalid(await cf.admin.get(`${membersOf(account)}?per_page=0`), 'per_page');
    });

    it('403 and 404: hides the members of foreign accounts and of accounts that do not exist', async () => {
      const { caller } = await cf.person();
      const reply = await caller.get(membersOf(await cf.account()));
      expect(refusal(reply, 403, 10000)).toEqual(AUTHENTICATION_ERROR);
      expect((await caller.get(membersOf(UNKNOWN_HEX))).text).toBe(reply.text);
      refusal(await cf.admin.get(membersOf(UNKNOWN_HEX)), 404, 7003);
    });
  });

  describe('PUT members/:id', () => {
    it('changes the role, effective with the next request', async () => {
      const account = await cf.account();
      const { caller, memberId } = await cf.memberOf(account, 'read_only');
      refusal(await caller.post(tokensOf(account), { name: 'n' }), 403, 10000);
      const path = memberPath(account, memberId.toUpperCase());
      expect(ok(await cf.admin.put(path, { roles: ['administrator'] }))).toMatchObject({
        id: memberId,
        roles: [{ id: 'administrator' }],
      });
      expect((await caller.post(tokensOf(account), { name: 'n' })).status).toBe(201);
      ok(await cf.admin.put(path, { roles: ['read_only'] }));
      refusal(await caller.post(tokensOf(account), { name: 'n' }), 403, 10000);
    });

    it.each([[{}], [{ roles: [] }], [{ roles: ['root'] }], [{ roles: ['read_only', 'read_only'] }]])(
      '400: refuses %j and changes nothing',
      async (body) => {
        const account = await cf.account();
        const { memberId } = await cf.memberOf(account, 'read_only');
        invalid(await changingNothing(cf, () => cf.admin.put(memberPath(account, memberId), body)), 'roles');
      },
    );
  });

  describe('DELETE members/:id', () => {
    it('ends the user’s access at once, and affects neither the user nor their other accounts', async () => {
      const [account, other] = [await cf.account(), await cf.account()];
      const { caller, memberId, email } = await cf.memberOf(account, 'administrator');
      await add(other, email, 'read_only');
      expect(ok(await cf.admin.delete(memberPath(account, memberId)))).toEqual({ id: memberId });
      refusal(await caller.get(tokensOf(account)), 403, 10000);
      expect((await caller.get(tokensOf(other))).status).toBe(200);
      expect(okList(await cf.admin.get(membersOf(account))).items).toEqual([]);
      refusal(await cf.admin.delete(memberPath(account, memberId)), 404, 7003);
    });
  });

  describe('the last administrator of an account', () => {
    const roles = { roles: ['read_only'] };

    it.each<[string, (caller: Caller, path: string) => Promise<Reply>]>([
      ['removed', (caller, path) => caller.delete(path)],
      ['made read_only', (caller, path) => caller.put(path, roles)],
    ])('400: cannot be %s by members, themselves included', async (how, act) => {
      const account = await cf.account();
      const { caller, memberId } = await cf.memberOf(account, 'administrator');
      await cf.memberOf(account, 'read_only');
      const blocked = await cf.memberOf(account, 'administrator');
      await cf.server.app.get(UserService).update(SYSTEM, blocked.userId, { blocked: true });
      const reply = await changingNothing(cf, () => act(caller, memberPath(account, memberId)));
      expect(refusal(reply, 400, 12130).message).toContain(`the last administrator of an account cannot be ${how}`);
      ok(await act(caller, memberPath(account, blocked.memberId)));
      ok(await act(cf.admin, memberPath(account, memberId)));
    });

    it('remains when two remove each other, or themselves, at the same moment', async () => {
      for (let round = 0; round < 4; round += 1) {
        const account = await cf.account();
        const [one, other] = [await cf.memberOf(account, 'administrator'), await cf.memberOf(account, 'administrator')];
        const targets = [one.memberId, other.memberId];
        if (round % 2 === 0) targets.reverse();
        const [first = '', second = ''] = targets;
        const replies = await Promise.all([
          one.caller.delete(memberPath(account, first)),
          other.caller.delete(memberPath(account, second)),
        ]);
        expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
        const left = okList<Member>(await cf.admin.get(membersOf(account))).items;
        expect(left.map((member) => member.roles[0]?.id)).toEqual(['administrator']);
      }
    });
  });

  describe('404', () => {
    it.each(['GET', 'PUT', 'DELETE'])(
      '%s for a member of another account, an unknown and a malformed id',
      async (method) => {
        const account = await cf.account();
        const { memberId } = await cf.memberOf(await cf.account(), 'read_only');
        for (const id of [memberId, UNKNOWN_HEX, 'x', '%00', '1'.repeat(33)]) {
          const path = memberPath(account, id);
          const reply = await changingNothing(cf, () => cf.admin.send(method, path, { roles: ['administrator'] }));
          expect(refusal(reply, 404, 7003)).toEqual({
            code: 7003,
            message: noRoute(cf, path),
          });
        }
      },
    );
  });
});

cloudflareSuite(
  'accounts/:id/members with ACCOUNT_LAST_ADMINISTRATOR=removable',
  (cf) => {
    it('lets members remove the last administrator, even themselves', async () => {
      const account = await cf.account();
      const { caller, memberId } = await cf.memberOf(account, 'administrator');
      ok(await caller.delete(memberPath(account, memberId)));
      expect(okList(await cf.admin.get(membersOf(account))).items).toEqual([]);
    });
  },
  { ACCOUNT_LAST_ADMINISTRATOR: 'removable' },
);
