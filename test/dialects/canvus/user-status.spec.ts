/** Approve, block and unblock: what they have in common, and what each does. */
import { describe, expect, it } from '@jest/globals';
import type { Reply } from '../../support/http.js';
import { ADMIN } from '../../support/test-server.js';
import { itNeedsAToken, itRefusesUnusableCallers, type Operation } from './common-cases.js';
import {
  PERMISSION_DENIED,
  UNKNOWN_USER,
  USER_KEYS,
  auditRows,
  canvusSuite,
  ok,
  refusal,
  stored,
  userPath,
  type User,
} from './support.js';

/** The effect of each command. */
const COMMANDS = [
  { command: 'approve', before: { approved: false }, made: { approved: true }, action: 'user.approved' },
  { command: 'block', before: {}, made: { blocked: true }, action: 'user.blocked' },
  { command: 'unblock', before: { blocked: true }, made: { blocked: false }, action: 'user.unblocked' },
] as const;

canvusSuite('POST users/:id', (canvus) => {
  describe.each(COMMANDS)('/$command', ({ command, before, made, action }) => {
    const operation: Operation = { method: 'POST', path: ({ user }) => userPath(user.id, `/${command}`) };
    const send = (id: number | string): Promise<Reply> => canvus.admin.post(`/users/${String(id)}/${command}`);

    it('200 shows the changed user', async () => {
      const { user } = await canvus.person(before);
      const changed = ok<User>(await send(user.id));
      expect(Object.keys(changed)).toEqual(USER_KEYS);
      expect(changed).toEqual({ ...user, ...made });
    });

    // A user who is not blocked may be locked out of logging in, and unblocking ends that.
    const again = command === 'unblock' ? ['user.locks_cleared'] : [];

    it(`200 the second time changes the user no more, and is audited as: ${again.join() || 'nothing'}`, async () => {
      const { user } = await canvus.person(before);
      ok(await send(user.id));
      const [afterwards, rows] = [await stored(canvus.server), await auditRows(canvus.server)];
      expect(ok<User>(await send(user.id))).toMatchObject(made);
      const newer = (await auditRows(canvus.server)).slice(rows.length);
      expect(newer.map(({ action: one }) => one)).toEqual(again);
      if (again.length === 0) expect(await stored(canvus.server)).toEqual(afterwards);
    });

    it('200 is audited', async () => {
      const { user } = await canvus.person(before);
      ok(await send(user.id));
      const row = (await auditRows(canvus.server)).at(-1);
      expect(row).toMatchObject({ action, authorId: 1000, targetId: String(user.id) });
    });

    it('400 refuses an id that is not an integer', async () => {
      expect(refusal(await send('me'), 400)).toBe('User ID me is not an integer');
    });

    itNeedsAToken(canvus, operation);
    itRefusesUnusableCallers(canvus, operation);

    it('403 for regular users and other users, whether or not those exist', async () => {
      const { actor } = await canvus.person();
      const { user } = await canvus.person(before);
      for (const id of [1000, user.id, UNKNOWN_USER]) {
        const reply = await actor.post(userPath(id, `/${command}`));
        expect(reply.status).toBe(403);
        expect(reply.json()).toEqual(PERMISSION_DENIED);
      }
      expect(ok<User>(await canvus.admin.get(userPath(user.id)))).toEqual(user);
    });

    it('404 for an unknown user', async () => {
      expect(refusal(await send(UNKNOWN_USER), 404)).toBe('User 999999 not found');
    });
  });

  it('approves: the user can sign in and their tokens work', async () => {
    const person = await canvus.person({ approved: false });
    const { email, password } = person;
    refusal(await canvus.anonymous.post('/users/login', { email, password }), 401);
    ok(await canvus.admin.post(userPath(person.user.id, '/approve')));
    await canvus.login(person);
    ok(await person.actor.get('/users'));
  });

  it('blocks: before the answer is sent no token of the user is accepted, and no login', async () => {
    const person = await canvus.person();
    const { token: session } = await canvus.login(person);
    ok(await canvus.admin.post(userPath(person.user.id, '/block')));
    refusal(await person.actor.get('/users'), 403);
    refusal(await canvus.holder(session).get('/users'), 403);
    const { email, password } = person;
    const login = await canvus.anonymous.post('/users/login', { email, password });
    expect(refusal(login, 401)).toBe('Invalid username or password.');
    const exchange = await canvus.anonymous.post('/users/login', { token: session });
    expect(refusal(exchange, 401)).toBe('Invalid token');
  });

  it('unblocks: the user’s tokens work again', async () => {
    const person = await canvus.person();
    const { token: session } = await canvus.login(person);
    ok(await canvus.admin.post(userPath(person.user.id, '/block')));
    ok(await canvus.admin.post(userPath(person.user.id, '/unblock')));
    ok(await person.actor.get('/users'));
    ok(await canvus.holder(session).get('/users'));
    await canvus.login(person);
  });

  it('approving does not unblock, and unblocking does not approve', async () => {
    const stuck = { approved: false, blocked: true };
    const [one, other] = await Promise.all([canvus.person(stuck), canvus.person(stuck)]);
    const approved = ok<User>(await canvus.admin.post(userPath(one.user.id, '/approve')));
    expect(approved).toMatchObject({ approved: true, blocked: true });
    const unblocked = ok<User>(await canvus.admin.post(userPath(other.user.id, '/unblock')));
    expect(unblocked).toMatchObject({ approved: false, blocked: false });
  });

  it('lets users block themselves, not unblock or approve', async () => {
    const { actor, user } = await canvus.person();
    refusal(await actor.post(userPath(user.id, '/approve')), 403);
    refusal(await actor.post(userPath(user.id, '/unblock')), 403);
    expect(ok<User>(await actor.post(userPath(user.id, '/block'))).blocked).toBe(true);
    refusal(await actor.post(userPath(user.id, '/unblock')), 403);
  });

  it('does not block the last administrator', async () => {
    const reply = await canvus.admin.post(userPath(ADMIN.id, '/block'));
    expect(refusal(reply, 403)).toContain('last administrator');
    ok(await canvus.admin.get('/users'));
  });
});
