import { describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import { ADMIN } from '../../support/test-server.js';
import { itNeedsAToken, itRefusesUnusableCallers, type Operation } from './common-cases.js';
import {
  PECULIAR_TEXTS,
  PERMISSION_DENIED,
  UNKNOWN_USER,
  USER_KEYS,
  auditRows,
  canvusSuite,
  newEmail,
  ok,
  refusal,
  stored,
  userPath,
  type User,
} from './support.js';

const operation: Operation = {
  method: 'PATCH',
  path: ({ user }) => userPath(user.id),
  body: { name: 'Not to be' },
};

canvusSuite('PATCH users/:id', (canvus) => {
  describe('200', () => {
    it('changes what is given and nothing else, in the documented keys and order', async () => {
      const { user } = await canvus.person();
      const email = newEmail();
      const changed = ok<User>(await canvus.admin.patch(userPath(user.id), { name: 'Renamed', email }));
      expect(Object.keys(changed)).toEqual(USER_KEYS);
      expect(changed).toEqual({ ...user, name: 'Renamed', email });
      expect(ok(await canvus.admin.get(userPath(user.id)))).toEqual(changed);
    });

    it.each(PECULIAR_TEXTS)('keeps a name byte for byte: %s', async (_kind, name) => {
      const { user } = await canvus.person();
      expect(ok<User>(await canvus.admin.patch(userPath(user.id), { name })).name).toBe(name);
      expect(ok<User>(await canvus.admin.get(userPath(user.id))).name).toBe(name);
    });

    it('lets users change their own name, and send their address as it is', async () => {
      const { actor, user, email } = await canvus.person();
      expect(ok<User>(await actor.patch(userPath(user.id), { name: 'Self', email }))).toMatchObject({ name: 'Self' });
    });

    it('lets administrators change an address, with which the user then signs in', async () => {
      const person = await canvus.person();
      const email = newEmail();
      ok(await canvus.admin.patch(userPath(person.user.id), { email }));
      refusal(await canvus.anonymous.post('/users/login', { email: person.email, password: person.password }), 401);
      expect((await canvus.login({ email, password: person.password })).user).toMatchObject({ email });
    });

    it('lets administrators change their own address', async () => {
      const { actor, user } = await canvus.person({ admin: true });
      const email = newEmail();
      expect(ok<User>(await actor.patch(userPath(user.id), { email })).email).toBe(email);
      ok(await canvus.admin.patch(userPath(user.id), { admin: false }));
    });

    it('lets users change the case of their address', async () => {
      const { actor, user, email } = await canvus.person();
      const changed = ok<User>(await actor.patch(userPath(user.id), { email: email.toUpperCase() }));
      expect(changed.email).toBe(email.toUpperCase());
    });

    it('lets users block themselves, after which their tokens are refused', async () => {
      const { actor, user } = await canvus.person();
      expect(ok<User>(await actor.patch(userPath(user.id), { blocked: true })).blocked).toBe(true);
      refusal(await actor.get('/users'), 403);
    });

    it('lets administrators promote and demote administrators, effective with the next request', async () => {
      const { actor, user } = await canvus.person();
      expect(ok<User>(await canvus.admin.patch(userPath(user.id), { admin: true })).admin).toBe(true);
      ok(await actor.get('/users/1000/access-tokens'));
      expect(ok<User>(await canvus.admin.patch(userPath(user.id), { admin: false })).admin).toBe(false);
      refusal(await actor.get('/users/1000/access-tokens'), 403);
    });

    it('lets administrators approve', async () => {
      const { actor, user } = await canvus.person({ approved: false });
      expect(ok<User>(await canvus.admin.patch(userPath(user.id), { approved: true })).approved).toBe(true);
      ok(await actor.get('/users'));
    });

    it('lets administrators set a password, which ends the logins and keeps the access tokens', async () => {
      const person = await canvus.person();
      const { token: session } = await canvus.login(person);
      const reply = await canvus.admin.patch(userPath(person.user.id), { password: 'A-new-one' });
      ok(reply);
      expect(reply.text).not.toContain('A-new-one');
      expect((await canvus.holder(session).get('/users')).status).toBe(401);
      ok(await person.actor.get('/users'));
      refusal(await canvus.anonymous.post('/users/login', { email: person.email, password: person.password }), 401);
      await canvus.login({ email: person.email, password: 'A-new-one' });
    });

    it.each([
      ['an empty object', {}],
      ['no body', undefined],
      ['unknown members only', { nickname: 'Al', id: 5, created_at: 'now', last_login: 'now', state: 'deleted' }],
      ['null members', { name: null, email: null, blocked: null, password: null }],
    ])('changes nothing for %s', async (_kind, body) => {
      const { user } = await canvus.person();
      const before = await stored(canvus.server);
      expect(ok(await canvus.admin.patch(userPath(user.id), body))).toEqual(user);
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('is audited with the fields, the user and the author', async () => {
      const { actor, user } = await canvus.person();
      ok(await actor.patch(userPath(user.id), { name: 'Audited' }));
      const row = (await auditRows(canvus.server, { action: 'user.updated' })).at(-1);
      expect(row).toMatchObject({ authorId: user.id, targetType: 'user', targetId: String(user.id) });
      expect(row?.details).toEqual({ fields: ['name'] });
    });

    it('is audited with the old and the new address', async () => {
      const { user, email } = await canvus.person();
      const other = newEmail();
      ok(await canvus.admin.patch(userPath(user.id), { email: other }));
      const row = (await auditRows(canvus.server, { action: 'user.updated' })).at(-1);
      expect(row?.details).toEqual({ fields: ['email'], old_email: email, new_email: other });
    });
  });

  describe('400', () => {
    const FAULTS: [what: string, fault: object][] = [
      ['name is empty', { name: '' }],
      ['name is a number', { name: 5 }],
      ['name has 256 characters', { name: 'n'.repeat(256) }],
      ['email is not an address', { email: 'alice' }],
      ['email is an object', { email: {} }],
      ['blocked is a string', { blocked: 'yes' }],
      ['admin is a number', { admin: 1 }],
      ['approved is an array', { approved: [true] }],
      ['password is empty', { password: '' }],
      ['password has 7 characters', { password: '1234567' }],
      ['password has 73 bytes', { password: 'p'.repeat(73) }],
      ['an approval is withdrawn', { approved: false }],
    ];

    it('says what is wrong, and changes nothing, not even the valid members', async () => {
      const { user } = await canvus.person();
      const before = await stored(canvus.server);
      await eachAtOnce(FAULTS, async ([, fault]) => {
        const reply = await canvus.admin.patch(userPath(user.id), { name: 'Good', ...fault });
        expect(refusal(reply, 400)).toContain(Object.keys(fault)[0] ?? '');
      });
      expect(await stored(canvus.server)).toEqual(before);
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);

    it.each([
      ['password', 'new password'],
      ['admin', true],
      ['admin', false],
      ['approved', true],
      ['need_email_confirmation', false],
    ])('refuses regular users the field %s, and changes nothing else of the request', async (field, value) => {
      const { actor, user } = await canvus.person();
      const before = await stored(canvus.server);
      const reply = await actor.patch(userPath(user.id), { name: 'Renamed', [field]: value });
      expect(reply.status).toBe(403);
      expect(reply.json()).toEqual(PERMISSION_DENIED);
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('refuses administrators their own password, with a pointer to the other route, and changes nothing else', async () => {
      const { user, actor, email, password } = await canvus.person({ admin: true });
      const ids = [String(user.id), `${String(user.id)}/`, `0${String(user.id)}`, `+${String(user.id)}`];
      for (const id of ids) {
        const reply = await actor.patch(`/users/${id}`, { name: 'Renamed', password: 'Stolen-one' });
        if (!/^[0+]/.test(id)) expect(refusal(reply, 403)).toContain('POST users/:id/password');
        expect(reply.status).not.toBe(200);
      }
      const session = canvus.holder((await canvus.login({ email, password })).token);
      refusal(await session.patch(userPath(user.id), { password: 'Stolen-one' }), 403);
      expect(ok<User>(await canvus.admin.get(userPath(user.id))).name).toBe(user.name);
      refusal(await canvus.anonymous.post('/users/login', { email, password: 'Stolen-one' }), 401);
      ok(await canvus.admin.patch(userPath(user.id), { admin: false }));
    });

    it('refuses regular users another address of their own, and changes nothing else of the request', async () => {
      const { email: taken } = await canvus.person();
      const { actor, user } = await canvus.person();
      const before = await stored(canvus.server);
      for (const email of [newEmail(), taken]) {
        const message = refusal(await actor.patch(userPath(user.id), { name: 'Renamed', email }), 403);
        expect(message).toBe('Only administrators may change an e-mail address on this server');
      }
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('refuses regular users for other users, whether or not those exist', async () => {
      const { actor } = await canvus.person();
      for (const id of [1000, UNKNOWN_USER]) {
        const reply = await actor.patch(userPath(id), { name: 'Taken' });
        expect(reply.status).toBe(403);
        expect(reply.json()).toEqual(PERMISSION_DENIED);
      }
    });

    it.each([{ admin: false }, { blocked: true }])('does not remove the last administrator by %j', async (body) => {
      // Inactive administrators do not count.
      await canvus.person({ admin: true, blocked: true });
      await canvus.person({ admin: true, approved: false });
      const before = await stored(canvus.server);
      const reply = await canvus.admin.patch(userPath(ADMIN.id), { name: 'Gone', ...body });
      expect(refusal(reply, 403)).toContain('last administrator');
      expect(await stored(canvus.server)).toEqual(before);
    });
  });

  describe('404', () => {
    it('answers 404 for an unknown user', async () => {
      const reply = await canvus.admin.patch(userPath(UNKNOWN_USER), { name: 'Nobody' });
      expect(refusal(reply, 404)).toBe('User 999999 not found');
    });
  });

  describe('409', () => {
    it('says that an address is in use, in any case, and changes nothing else of the request', async () => {
      const { email } = await canvus.person();
      const { user } = await canvus.person();
      const before = await stored(canvus.server);
      const reply = await canvus.admin.patch(userPath(user.id), { name: 'Renamed', email: email.toUpperCase() });
      expect(refusal(reply, 409)).toContain('already in use');
      expect(await stored(canvus.server)).toEqual(before);
    });
  });
});

canvusSuite(
  'PATCH users/:id where users may change their address',
  (canvus) => {
    it('200: lets them, and they sign in with the new address', async () => {
      const person = await canvus.person();
      const email = newEmail();
      ok(await person.actor.patch(userPath(person.user.id), { email }));
      refusal(await canvus.anonymous.post('/users/login', { email: person.email, password: person.password }), 401);
      expect((await canvus.login({ email, password: person.password })).user.email).toBe(email);
      const row = (await auditRows(canvus.server, { action: 'user.updated' })).at(-1);
      expect(row).toMatchObject({ authorId: person.user.id, details: { old_email: person.email, new_email: email } });
    });

    it('409: only says that an address is in use', async () => {
      const { email } = await canvus.person();
      const { actor, user } = await canvus.person();
      for (const taken of [email, email.toUpperCase(), email.replace('person', 'pers0n')]) {
        const message = refusal(await actor.patch(userPath(user.id), { email: taken }), 409);
        expect(message).toBe(`E-mail address ${taken} is already in use`);
      }
    });
  },
  { USERS_CHANGE_EMAIL: 'free' },
);
