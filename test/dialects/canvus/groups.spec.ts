import { describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import { itNeedsAToken, itRefusesUnusableCallers } from './common-cases.js';
import { ALL_USERS, GROUP_KEYS, newGroup, type Group } from './group-cases.js';
import { PERMISSION_DENIED, auditRows, canvusSuite, ok, refusal, rowsOf, stored } from './support.js';

const LONGEST = 'N'.repeat(255);

canvusSuite('groups', (canvus) => {
  const create = (fields: Record<string, unknown> = {}): Promise<Group> => newGroup(canvus, fields);
  const list = async (): Promise<Group[]> => ok<Group[]>(await canvus.admin.get('/groups'));

  describe('GET groups', () => {
    it('begins with the group of all users, as every server has it', async () => {
      expect((await list())[0]).toEqual(ALL_USERS);
    });

    it('lists all groups by id, from 1000 on, also for regular users', async () => {
      const made = [await create(), await create()];
      const groups = await list();
      expect(groups.slice(-2)).toEqual(made);
      expect(groups[1]?.id).toBe(1000);
      const { actor } = await canvus.person();
      expect(ok(await actor.get('/groups'))).toEqual(groups);
    });
  });

  describe('GET groups/:id', () => {
    it('returns one group in the documented keys and order', async () => {
      const group = await create({ description: 'Everybody who runs it' });
      const got = ok<Group>(await canvus.admin.get(`/groups/${String(group.id)}`));
      expect([got, Object.keys(got)]).toEqual([group, GROUP_KEYS]);
      expect(ok(await (await canvus.person()).actor.get('/groups/1'))).toEqual(ALL_USERS);
    });

    it.each(['999999', '0', '01000', '-1', '1000.0', 'non-existent-id', '99999999999999999999', '2147483648'])(
      'answers %s with 404, for every method, and changes nothing',
      async (id) => {
        const before = await stored(canvus.server);
        const attempts: [method: string, path: string, body?: object][] = [
          ['GET', `/groups/${id}`],
          ['GET', `/groups/${id}?subscribe`],
          ['GET', `/groups/${id}/members`],
          ['GET', `/groups/${id}/members?subscribe`],
          ['PATCH', `/groups/${id}`, { name: 'Any' }],
          ['DELETE', `/groups/${id}`],
          ['POST', `/groups/${id}/members`, { id: 1000 }],
          ['DELETE', `/groups/${id}/members/1000`],
        ];
        await eachAtOnce(attempts, async ([method, path, body]) => {
          expect(refusal(await canvus.admin.send(method, path, body), 404)).toBe(`Group ${id} not found`);
        });
        expect(await stored(canvus.server)).toEqual(before);
      },
    );
  });

  describe('POST groups', () => {
    it('creates a group, with an empty description unless one is given', async () => {
      const name = `Group ${String(Date.now())}`;
      const group = ok<Group>(await canvus.admin.post('/groups', { name, other: 1 }));
      expect(group).toEqual({ description: '', id: expect.any(Number), name });
      expect(ok(await canvus.admin.post('/groups', { name: `${name} b`, description: null }))).toMatchObject({
        description: '',
      });
    });

    it('does not give an id a second time', async () => {
      const group = await create();
      ok(await canvus.admin.delete(`/groups/${String(group.id)}`));
      expect((await create()).id).toBe(group.id + 1);
    });

    it('makes spaces in a name ordinary ones, and drops those around it', async () => {
      expect(await create({ name: '  R&D \u00a0 Nord ' })).toMatchObject({ name: 'R&D Nord' });
    });

    it.each([
      [{}, 'name parameter is missing'],
      [{ name: null }, 'name parameter is missing'],
      [{ name: 5 }, 'name must be a string'],
      [{ name: ['a'] }, 'name must be a string'],
      [{ name: '' }, 'name must be a string of 1 to 255 characters, well-formed and without NUL'],
      [{ name: ' ' }, 'name must not be empty or only spaces'],
      [{ name: `${LONGEST}N` }, 'name must be a string of 1 to 255 characters, well-formed and without NUL'],
      [{ name: 'a\u0000b' }, 'name must be a string of 1 to 255 characters, well-formed and without NUL'],
      [{ name: 'a\u202eb' }, 'name has the character U+202E, which cannot be seen'],
      [{ name: 'Any', description: 5 }, 'description must be a string'],
      [{ name: 'Any', description: 'd'.repeat(1001) }, 'description must be at most 1000 characters long'],
    ])('refuses %j, says why, and creates nothing', async (body, reason) => {
      const before = await stored(canvus.server);
      expect(refusal(await canvus.admin.post('/groups', body), 400)).toBe(reason);
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('refuses a name that is in use in whatever case and form, or looks like one', async () => {
      const { id } = await create({ name: 'Café Lounge' });
      const before = await stored(canvus.server);
      for (const name of ['Café Lounge', 'CAFE\u0301 LOUNGE', ' café  lounge ']) {
        expect(refusal(await canvus.admin.post('/groups', { name }), 409)).toMatch(/is already in use$/);
      }
      const alike = refusal(await canvus.admin.post('/groups', { name: 'Café l0unge' }), 409);
      expect(alike).toContain(`it looks like that of group ${String(id)}`);
      for (const name of ['All Users', 'all  users', 'AII Users']) {
        expect(refusal(await canvus.admin.post('/groups', { name }), 409)).toBe(
          'Group name All Users is already in use',
        );
      }
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('creates one group when several ask for the same name at the same time', async () => {
      const name = 'Wanted by many';
      const replies = await Promise.all(Array.from({ length: 6 }, () => canvus.admin.post('/groups', { name })));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
    });
  });

  describe('PATCH groups/:id', () => {
    it('changes the name, the description, or both', async () => {
      const group = await create();
      const path = `/groups/${String(group.id)}`;
      expect(ok(await canvus.admin.patch(path, { name: 'Renamed' }))).toEqual({ ...group, name: 'Renamed' });
      const both = { name: LONGEST, description: 'New' };
      expect(ok(await canvus.admin.patch(path, both))).toEqual({ ...group, ...both });
      expect(ok(await canvus.admin.get(path))).toEqual({ ...group, ...both });
      const [created, renamed, changed] = await auditRows(canvus.server, {
        targetType: 'group',
        targetId: String(group.id),
      });
      expect([created?.action, renamed?.action, changed?.details]).toEqual([
        'group.created',
        'group.updated',
        { fields: ['name', 'description'] },
      ]);
    });

    it('does nothing if nothing differs', async () => {
      const group = await create();
      const before = await stored(canvus.server);
      for (const body of [{}, { name: group.name }, { name: null, description: null }]) {
        expect(ok(await canvus.admin.patch(`/groups/${String(group.id)}`, body))).toEqual(group);
      }
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('frees the former name, and refuses one that another group has', async () => {
      const [one, other] = [await create({ name: 'Former' }), await create({ name: 'Latter' })];
      expect(refusal(await canvus.admin.patch(`/groups/${String(one.id)}`, { name: 'latter' }), 409)).toBe(
        'Group name latter is already in use',
      );
      ok(await canvus.admin.patch(`/groups/${String(one.id)}`, { name: 'Newest' }));
      expect(ok(await canvus.admin.patch(`/groups/${String(other.id)}`, { name: 'Former' }))).toMatchObject({
        name: 'Former',
      });
    });
  });

  describe('DELETE groups/:id', () => {
    it('removes the group with its name and memberships, and leaves the users', async () => {
      const group = await create({ name: 'Temporary' });
      const { user } = await canvus.person();
      ok(await canvus.admin.post(`/groups/${String(group.id)}/members`, { id: user.id }));
      const reply = await canvus.admin.delete(`/groups/${String(group.id)}`);
      expect(reply.text).toBe('{}');
      ok(reply);
      refusal(await canvus.admin.get(`/groups/${String(group.id)}`), 404);
      refusal(await canvus.admin.delete(`/groups/${String(group.id)}`), 404);
      ok(await canvus.admin.get(`/users/${String(user.id)}`));
      const left = (await rowsOf(canvus.server, 'group_member')).filter((row) => row.group_id === group.id);
      expect(left).toEqual([]);
      await create({ name: 'Temporary' });
    });
  });

  describe('403', () => {
    it.each<[method: string, path: string, body: object | undefined]>([
      ['PATCH', '/groups/1', { name: 'Everybody' }],
      ['DELETE', '/groups/1', undefined],
      ['POST', '/groups/1/members', { id: 1000 }],
      ['DELETE', '/groups/1/members/1000', undefined],
    ])('keeps the group of all users: %s %s', async (method, path, body) => {
      expect(refusal(await canvus.admin.send(method, path, body), 403)).toBe(
        'The group of all users cannot be changed: every user is a member of it',
      );
    });

    it('lets regular users read, and change nothing', async () => {
      const group = await create();
      const { actor, user } = await canvus.person();
      const path = `/groups/${String(group.id)}`;
      const before = await stored(canvus.server);
      const attempts: [method: string, path: string, body?: object][] = [
        ['POST', '/groups', { name: 'Mine' }],
        ['PATCH', path, { name: 'Mine' }],
        ['DELETE', path],
        ['POST', `${path}/members`, { id: user.id }],
        ['DELETE', `${path}/members/${String(user.id)}`],
        ['PATCH', '/groups/999999', { name: 'Mine' }],
      ];
      await eachAtOnce(attempts, async ([method, at, body]) => {
        const reply = await actor.send(method, at, body);
        expect([reply.status, reply.json()]).toEqual([403, PERMISSION_DENIED]);
      });
      expect(await stored(canvus.server)).toEqual(before);
    });

    itRefusesUnusableCallers(canvus, { method: 'GET', path: () => '/groups' });
  });

  describe('401', () => {
    itNeedsAToken(canvus, { method: 'POST', path: () => '/groups', body: { name: 'Not to be' } });
    itNeedsAToken(canvus, { method: 'GET', path: () => '/groups/1/members?subscribe' });
  });
});
