import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import { ADMIN } from '../../support/test-server.js';
import { membersOf, newGroup, type Group } from './group-cases.js';
import { auditRows, canvusSuite, ok, refusal, rowsOf, stored, userPath, type User } from './support.js';

/** More than are removed together with a group. */
const MANY = 450;

canvusSuite('groups/:id/members', (canvus) => {
  const members = async (group: Group): Promise<User[]> => ok<User[]>(await canvus.admin.get(membersOf(group)));
  const add = async (group: Group, ...users: User[]): Promise<void> => {
    for (const { id } of users) ok(await canvus.admin.post(membersOf(group), { id }));
  };

  it('is empty at first, and lists users as GET users does, by id', async () => {
    const group = await newGroup(canvus);
    expect(await members(group)).toEqual([]);
    const [one, other] = [await canvus.person(), await canvus.person()];
    await add(group, other.user, one.user);
    expect(await members(group)).toEqual([one.user, other.user]);
    expect(ok(await one.actor.get(membersOf(group)))).toEqual([one.user, other.user]);
  });

  it('has all users in the group of all users', async () => {
    const everybody = ok<User[]>(await canvus.admin.get('/users'));
    expect(ok(await canvus.admin.get('/groups/1/members'))).toEqual(everybody);
  });

  it('answers an addition with an empty object, and a repeated one, too', async () => {
    const group = await newGroup(canvus);
    const { user } = await canvus.person();
    for (let turn = 0; turn < 2; turn += 1) {
      const reply = await canvus.admin.post(membersOf(group), { id: user.id });
      expect([reply.status, reply.text]).toEqual([200, '{}']);
    }
    expect(await members(group)).toHaveLength(1);
    const rows = await auditRows(canvus.server, { targetType: 'group', targetId: String(group.id) });
    expect(rows.map(({ action, details }) => [action, details])).toEqual([
      ['group.created', {}],
      ['group.member_added', { user_id: user.id }],
    ]);
  });

  it('takes the id as digits and as user_id, as one public client sends it', async () => {
    const group = await newGroup(canvus);
    const [one, other] = [await canvus.person(), await canvus.person()];
    ok(await canvus.admin.post(membersOf(group), { id: String(one.user.id) }));
    ok(await canvus.admin.post(membersOf(group), { user_id: String(other.user.id) }));
    expect(await members(group)).toEqual([one.user, other.user]);
  });

  it('adds a user once when several do it at the same time', async () => {
    const group = await newGroup(canvus);
    const { user } = await canvus.person();
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => canvus.admin.post(membersOf(group), { id: user.id })),
    );
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await members(group)).toEqual([user]);
  });

  it.each([
    [{}, 'id parameter is missing'],
    [{ id: null, user_id: null }, 'id parameter is missing'],
    ...[0, -1, 1.5, true, [], {}, '', '01000', '1e3', '٣', 2147483648, '2147483648'].map(
      (id) => [{ id }, 'id must be the id of a user: a whole number from 1'] as const,
    ),
  ])('refuses %j, says why, and adds nobody', async (body, reason) => {
    const group = await newGroup(canvus);
    const before = await stored(canvus.server);
    expect(refusal(await canvus.admin.post(membersOf(group), body), 400)).toBe(reason);
    expect(await stored(canvus.server)).toEqual(before);
  });

  it('answers an unknown user with 404', async () => {
    const group = await newGroup(canvus);
    expect(refusal(await canvus.admin.post(membersOf(group), { id: 999_999 }), 404)).toBe('User 999999 not found');
  });

  it('removes a member once; afterwards, and for others, the answer is 404', async () => {
    const group = await newGroup(canvus);
    const { user } = await canvus.person();
    await add(group, user);
    const path = `${membersOf(group)}/${String(user.id)}`;
    const reply = await canvus.admin.delete(path);
    expect([reply.status, reply.text]).toEqual([200, '{}']);
    expect(await members(group)).toEqual([]);
    const before = await stored(canvus.server);
    expect(refusal(await canvus.admin.delete(path), 404)).toBe(
      `User ${String(user.id)} is not a member of group ${String(group.id)}`,
    );
    await eachAtOnce(['0', 'me', '01000', '99999999999'], async (id) => {
      expect(refusal(await canvus.admin.delete(`${membersOf(group)}/${id}`), 404)).toBe(`User ${id} not found`);
    });
    expect(await stored(canvus.server)).toEqual(before);
  });

  it('loses a user who is deleted', async () => {
    const [group, second] = [await newGroup(canvus), await newGroup(canvus)];
    const [one, other] = [await canvus.person(), await canvus.person()];
    await add(group, one.user, other.user);
    await add(second, one.user);
    ok(await canvus.admin.delete(userPath(one.user.id)));
    expect([await members(group), await members(second)]).toEqual([[other.user], []]);
    const rows = await rowsOf(canvus.server, 'group_member');
    expect(rows.filter((row) => row.user_id === one.user.id)).toEqual([]);
  });

  it('keeps a blocked user', async () => {
    const group = await newGroup(canvus);
    const { user } = await canvus.person();
    await add(group, user);
    ok(await canvus.admin.post(userPath(user.id, '/block')));
    expect(await members(group)).toEqual([{ ...user, blocked: true }]);
  });

  describe('many', () => {
    it('are gone with their group at once; their rows follow a few at a time', async () => {
      const group = await newGroup(canvus);
      await canvus.server.dataSource.query(
        `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${String(MANY)})
         INSERT INTO latchkey_group_member (id, group_id, user_id, created_at)
         SELECT 'many-' || n, ${String(group.id)}, 1000000 + n, 0 FROM numbers`,
      );
      await add(group, ok<User>(await canvus.admin.get(userPath(ADMIN.id))));
      ok(await canvus.admin.delete(`/groups/${String(group.id)}`));
      refusal(await canvus.admin.get(membersOf(group)), 404);
      const left = async (): Promise<number> =>
        (await rowsOf(canvus.server, 'group_member')).filter((row) => row.group_id === group.id).length;
      expect(await left()).toBeGreaterThan(0);
      for (const deadline = Date.now() + 10_000; (await left()) > 0 && Date.now() < deadline;) await delay(20);
      expect(await left()).toBe(0);
    });
  });
});
