/** Which groups regular users see: with several accounts, those that they are members of. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { onBothEngines } from '../../support/engines.js';
import { ACCOUNT } from '../../support/test-server.js';
import { ALL_USERS, membersOf, newGroup, type Group } from './group-cases.js';
import { ok, refusal, userPath, type Person, type User } from './support.js';
import { tenants, type Tenants } from './tenants.js';

onBothEngines('with several accounts, a regular user', (engine) => {
  let canvus: Tenants;
  let [anna, berta, clara] = [] as Person[] as [Person, Person, Person];
  let [theirs, others] = [] as Group[] as [Group, Group];

  const add = async (group: Group, { user }: Person): Promise<void> => {
    ok(await canvus.admin.post(membersOf(group), { id: user.id }));
  };
  const remove = async (group: Group, { user }: Person): Promise<void> => {
    ok(await canvus.admin.delete(`${membersOf(group)}/${String(user.id)}`));
  };

  beforeAll(async () => {
    canvus = await tenants(engine);
    [anna, berta, clara] = [await canvus.person(), await canvus.person(), await canvus.person()];
    const b = await canvus.newAccount();
    for (const person of [anna, berta]) await canvus.join(person, b);
    await canvus.join(clara, ACCOUNT.id);
    [theirs, others] = [await newGroup(canvus), await newGroup(canvus)];
    for (const person of [anna, berta, clara]) await add(theirs, person);
    await add(others, clara);
  });
  afterAll(() => canvus.server.close());

  it('sees the groups that they are members of, and of the members those whom they see', async () => {
    expect(ok(await anna.actor.get('/groups'))).toEqual([ALL_USERS, theirs]);
    expect(ok(await clara.actor.get('/groups'))).toEqual([ALL_USERS, theirs, others]);
    expect(ok(await anna.actor.get(membersOf(theirs)))).toEqual([anna.user, berta.user]);
    expect(ok(await anna.actor.get('/groups/1/members'))).toEqual([anna.user, berta.user]);
    expect(ok(await canvus.admin.get(membersOf(theirs)))).toEqual([anna.user, berta.user, clara.user]);
  });

  it('gets for any other group what an id gets that does not exist', async () => {
    for (const rest of ['', '?subscribe', '/members', '/members?subscribe']) {
      const hidden = refusal(await anna.actor.get(`/groups/${String(others.id)}${rest}`), 404);
      const unknown = refusal(await anna.actor.get(`/groups/999999${rest}`), 404);
      expect(hidden.replace(String(others.id), '999999')).toBe(unknown);
    }
  });

  it('hears in streams of what they see, and of nothing else', async () => {
    const [list, one, members] = [
      await canvus.watch('/groups', anna.actor.token),
      await canvus.watch(`/groups/${String(theirs.id)}`, anna.actor.token),
      await canvus.watch(membersOf(theirs), anna.actor.token),
    ];
    expect([await list.line(0), await one.line(0), await members.line(0)]).toEqual([
      [ALL_USERS, theirs],
      theirs,
      [anna.user, berta.user],
    ]);
    ok(await canvus.admin.patch(`/groups/${String(others.id)}`, { description: 'not for Anna' }));
    ok(await canvus.admin.patch(userPath(clara.user.id), { name: 'Not for Anna either' }));
    await add(others, anna);
    expect(await list.line(1)).toEqual([{ ...others, description: 'not for Anna' }]);
    await remove(theirs, berta);
    expect(await members.line(1)).toEqual([{ ...berta.user, state: 'deleted' }]);
    await remove(theirs, anna);
    expect(await list.line(2)).toEqual([{ ...theirs, state: 'deleted' }]);
    expect(await one.line(1)).toEqual({ ...theirs, state: 'deleted' });
    expect([await one.ended, await members.ended]).toEqual([true, true]);
    expect(members.all<User[]>().flat()).not.toContainEqual(expect.objectContaining({ id: clara.user.id }));
  });
});
