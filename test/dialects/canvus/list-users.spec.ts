import { describe, expect, it } from '@jest/globals';
import { ADMIN } from '../../support/test-server.js';
import { itNeedsAToken, itRefusesUnusableCallers, type Operation } from './common-cases.js';
import { addUsers } from './many-rows.js';
import { USER_KEYS, USER_TIME, canvusSuite, ok, stored, userPath, type User } from './support.js';

const operation: Operation = { method: 'GET', path: () => '/users' };

canvusSuite('GET users', (canvus) => {
  describe('200', () => {
    it('shows the first administrator as user 1000', async () => {
      const users = ok<User[]>(await canvus.admin.get('/users'));
      expect(users[0]).toEqual({
        admin: true,
        approved: true,
        blocked: false,
        created_at: expect.stringMatching(USER_TIME),
        email: ADMIN.email,
        id: 1000,
        last_login: '',
        name: expect.any(String),
        state: 'normal',
      });
    });

    it('shows every user with exactly the documented keys, in their order', async () => {
      await canvus.person();
      const users = ok<User[]>(await canvus.admin.get('/users'));
      expect(users.length).toBeGreaterThanOrEqual(2);
      for (const user of users) expect(Object.keys(user)).toEqual(USER_KEYS);
    });

    it('is ordered by id, which increases', async () => {
      const created: number[] = [];
      for (let count = 0; count < 3; count += 1) created.push((await canvus.person()).user.id);
      const ids = ok<User[]>(await canvus.admin.get('/users')).map((user) => user.id);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
      expect(ids.slice(-3)).toEqual(created);
    });

    it('shows all users to regular users', async () => {
      const { actor } = await canvus.person();
      expect(ok(await actor.get('/users'))).toEqual(ok(await canvus.admin.get('/users')));
    });

    it('shows blocked users, but not deleted ones', async () => {
      const blocked = await canvus.person({ blocked: true });
      const deleted = await canvus.person();
      ok(await canvus.admin.delete(userPath(deleted.user.id)));
      const users = ok<User[]>(await canvus.admin.get('/users'));
      expect(users.find((user) => user.id === blocked.user.id)).toMatchObject({ blocked: true, state: 'normal' });
      expect(users.map((user) => user.id)).not.toContain(deleted.user.id);
    });

    it('contains neither passwords nor their hashes', async () => {
      const { password } = await canvus.person();
      const { text } = await canvus.admin.get('/users');
      expect(text).not.toContain(password);
      expect(text).not.toContain('$2');
    });

    it('changes nothing', async () => {
      const before = await stored(canvus.server);
      ok(await canvus.admin.get('/users'));
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('is complete, however long', async () => {
      const before = ok<User[]>(await canvus.admin.get('/users')).length;
      await addUsers(canvus.server, 120);
      expect(ok(await canvus.admin.get('/users'))).toHaveLength(before + 120);
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);
  });
});
