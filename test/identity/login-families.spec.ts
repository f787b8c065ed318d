/** Families of logins: when all logins of a family end, and how many logins a user can have. */
import { expect, it } from '@jest/globals';
import { In } from 'typeorm';
import { AuditRecord } from '../../src/core/index.js';
import { SessionToken } from '../../src/identity/index.js';
import { canvusSuite, ok, refusal, type Canvus, type Login } from '../dialects/canvus/support.js';
import { actors as crmActors } from '../dialects/crm/support.js';
import { send } from '../support/http.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function exchange({ anonymous }: Canvus, token: string): Promise<string> {
  return ok<Login>(await anonymous.post('/users/login', { token, remember: true })).token;
}

async function statusOf({ holder, server }: Canvus, token: string): Promise<number[]> {
  const { status } = await send(server.baseUrl, 'GET', '/verify', { headers: { 'Private-Token': token } });
  return [(await holder(token).get('/users')).status, status];
}

const ACCEPTED = [200, 200];
const REFUSED = [401, 401];

canvusSuite('the family of a login', (canvus) => {
  it('ends 30 days after its first login, however often logins are exchanged', async () => {
    const { clock } = canvus.server;
    clock.freeze();
    const person = await canvus.person();
    const { token: first } = await canvus.login(person);
    clock.advance(DAY - HOUR);
    let latest = await exchange(canvus, first);
    for (let days = 10; days < 30; days += 10) {
      clock.advance(10 * DAY);
      latest = await exchange(canvus, latest);
    }
    clock.advance(9 * DAY + HOUR - 1);
    const lastMoment = await exchange(canvus, latest);
    expect(await statusOf(canvus, latest)).toEqual(ACCEPTED);
    clock.advance(1);
    for (const token of [latest, lastMoment]) {
      expect(await statusOf(canvus, token)).toEqual(REFUSED);
      refusal(await canvus.anonymous.post('/users/login', { token, remember: true }), 401);
    }
    const { token: next } = await canvus.login(person);
    expect(await statusOf(canvus, next)).toEqual(ACCEPTED);
    clock.reset();
  });

  it('is still there after a login while the clock was far ahead', async () => {
    const person = await canvus.person();
    const { token } = await canvus.login(person);
    canvus.server.clock.advance(400 * DAY);
    await canvus.login(person);
    canvus.server.clock.reset();
    expect(await statusOf(canvus, token)).toEqual(ACCEPTED);
  });

  it('begins with each login by password and each exchange of an access token', async () => {
    const person = await canvus.person();
    const { token: first } = await canvus.login(person);
    await exchange(canvus, first);
    await canvus.login(person);
    const byToken = await exchange(canvus, person.actor.token ?? '');
    await exchange(canvus, byToken);
    const rows = await canvus.server.dataSource.getRepository(SessionToken).find({
      select: { id: true, familyId: true, familyBeganAt: true, createdAt: true },
      where: { userId: person.user.id },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    const families = new Set(rows.map(({ familyId }) => familyId));
    expect([rows.length, families.size]).toEqual([5, 3]);
    for (const { familyBeganAt, familyId } of rows) {
      const [oldest] = rows.filter((row) => row.familyId === familyId);
      expect(familyBeganAt).toEqual(oldest?.createdAt);
    }
  });

  it('loses only the login that is logged out', async () => {
    const person = await canvus.person();
    const { token: first } = await canvus.login(person);
    const second = await exchange(canvus, first);
    ok(await canvus.holder(second).post('/users/logout', { token: first }));
    expect(await statusOf(canvus, first)).toEqual(REFUSED);
    expect(await statusOf(canvus, second)).toEqual(ACCEPTED);
  });

  it('ends with a change of the password, except for the login that made the change', async () => {
    const person = await canvus.person();
    const { token: first } = await canvus.login(person);
    const [second, third] = [await exchange(canvus, first), await exchange(canvus, first)];
    const body = { current_password: person.password, new_password: 'quite another password' };
    ok(await canvus.holder(second).post(`/users/${String(person.user.id)}/password`, body));
    expect(await statusOf(canvus, second)).toEqual(ACCEPTED);
    for (const token of [first, third]) expect(await statusOf(canvus, token)).toEqual(REFUSED);
  });
});

canvusSuite(
  'the family of a login, with LOGOUT_ENDS=family and a limit of one day',
  (canvus) => {
    it('ends at a logout; access tokens and other families stay', async () => {
      const person = await canvus.person();
      const { token: first } = await canvus.login(person);
      const second = await exchange(canvus, first);
      const third = await exchange(canvus, second);
      const { token: other } = await canvus.login(person);
      ok(await canvus.holder(third).post('/users/logout', { token: second }));
      for (const token of [first, second, third]) expect(await statusOf(canvus, token)).toEqual(REFUSED);
      expect(await statusOf(canvus, other)).toEqual(ACCEPTED);
      expect(await statusOf(canvus, person.actor.token ?? '')).toEqual(ACCEPTED);
      const audit = canvus.server.dataSource.getRepository(AuditRecord);
      const rows = await audit.findBy({ authorId: person.user.id, action: In(['user.logged_out', 'token.revoked']) });
      // The end of the login that was presented is told by the logout.
      expect(rows.map(({ action }) => action).sort()).toEqual(['token.revoked', 'token.revoked', 'user.logged_out']);
    });

    it('includes a login created by an instance of an older version', async () => {
      const person = await canvus.person();
      const { token: first } = await canvus.login(person);
      const sessions = canvus.server.dataSource.getRepository(SessionToken);
      await sessions.update({ userId: person.user.id }, { familyId: null, familyBeganAt: null });
      const second = await exchange(canvus, first);
      ok(await canvus.holder(second).post('/users/logout'));
      expect(await statusOf(canvus, first)).toEqual(REFUSED);
    });

    it('limits the first login too, even if it asks for longer', async () => {
      const { clock } = canvus.server;
      clock.freeze();
      const { token } = await canvus.login(await canvus.person(), { remember: true });
      clock.advance(DAY - 1);
      expect(await statusOf(canvus, token)).toEqual(ACCEPTED);
      clock.advance(1);
      expect(await statusOf(canvus, token)).toEqual(REFUSED);
      clock.reset();
    });

    it('cannot be continued by a login older than the setting allows; the error says what to do', async () => {
      const person = await canvus.person();
      const { token } = await canvus.login(person);
      const sessions = canvus.server.dataSource.getRepository(SessionToken);
      await sessions.update({ userId: person.user.id }, { familyBeganAt: new Date(Date.now() - 2 * DAY) });
      const message = refusal(await canvus.anonymous.post('/users/login', { token }), 401);
      expect(message).toContain('log in with e-mail and password');
    });
  },
  { LOGOUT_ENDS: 'family', LOGIN_FAMILY_DAYS: '1' },
);

canvusSuite(
  'the number of logins of a user, with families that never end',
  (canvus) => {
    it('does not prevent endless exchanges of one login', async () => {
      const { clock } = canvus.server;
      clock.freeze();
      const { token } = await canvus.login(await canvus.person(), { remember: true });
      clock.advance(29 * DAY);
      const next = await exchange(canvus, token);
      clock.advance(29 * DAY);
      expect(await statusOf(canvus, next)).toEqual(ACCEPTED);
      clock.reset();
    });

    it('is limited: one more ends the oldest, whatever its dialect, and none of other users', async () => {
      const [person, other] = [await canvus.person({ admin: true }), await canvus.person()];
      const { token: others } = await canvus.login(other);
      const crm = crmActors(canvus.server);
      const oldest = await crm.login(person);
      const { token: second } = await canvus.login(person);
      const third = await exchange(canvus, person.actor.token ?? '');
      expect((await oldest.post('access_tokens/list', { number: 1 })).json()).toMatchObject({ status: { code: 'OK' } });
      const { token: fourth } = await canvus.login(person);
      expect((await oldest.post('access_tokens/list', { number: 1 })).text).toContain('INVALIDTOKEN');
      for (const token of [second, third, fourth, others]) expect(await statusOf(canvus, token)).toEqual(ACCEPTED);
      const fifth = await exchange(canvus, fourth);
      expect(await statusOf(canvus, second)).toEqual(REFUSED);
      for (const token of [third, fourth, fifth]) expect(await statusOf(canvus, token)).toEqual(ACCEPTED);
      expect(await statusOf(canvus, person.actor.token ?? '')).toEqual(ACCEPTED);
      const audit = canvus.server.dataSource.getRepository(AuditRecord);
      const rows = await audit.findBy({ action: 'user.logged_in', authorId: person.user.id });
      expect(rows.filter(({ details }) => details.ended_logins === 1)).toHaveLength(2);
    });

    it('stays within the limit when many log in at the same time', async () => {
      const { actor, user } = await canvus.person();
      await Promise.all(Array.from({ length: 12 }, () => exchange(canvus, actor.token ?? '')));
      const sessions = canvus.server.dataSource.getRepository(SessionToken);
      expect(await sessions.countBy({ userId: user.id })).toBe(3);
    });
  },
  { LOGINS_PER_USER: '3', LOGIN_FAMILY_DAYS: '0' },
);
