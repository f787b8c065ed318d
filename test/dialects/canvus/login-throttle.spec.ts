import { describe, expect, it } from '@jest/globals';
import type { Reply } from '../../support/http.js';
import { ADMIN } from '../../support/test-server.js';
import { startWithOutage } from '../crm/outage.js';
import { UNKNOWN_TOKEN, actors, auditRows, canvusSuite, ok, refusal, userPath, type Canvus } from './support.js';

const WINDOW = 900_000;

async function fail(canvus: Canvus, email: string, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    refusal(await canvus.anonymous.post('/users/login', { email, password: 'wrong' }), 401);
  }
}

canvusSuite(
  'POST users/login, one account after many failures',
  (canvus) => {
    describe('429', () => {
      it('refuses the right password too, and says for how long', async () => {
        const { email, password } = await canvus.person();
        await fail(canvus, email, 3);
        const reply = await canvus.anonymous.post('/users/login', { email, password });
        expect(refusal(reply, 429)).not.toContain(password);
        expect(reply.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      });

      it('ends when Retry-After has passed, not before', async () => {
        const person = await canvus.person();
        await fail(canvus, person.email, 3);
        const { email, password } = person;
        const refused = await canvus.anonymous.post('/users/login', { email, password });
        const seconds = Number(refused.headers['retry-after']);
        expect(seconds).toBeGreaterThan(10);
        canvus.server.clock.advance((seconds - 10) * 1000);
        refusal(await canvus.anonymous.post('/users/login', { email, password }), 429);
        canvus.server.clock.advance(10_000);
        await canvus.login(person);
      });

      it('gives the same answer whether or not the account exists', async () => {
        const { email } = await canvus.person();
        const texts: string[] = [];
        for (const name of [email, 'nobody@example.com']) {
          await fail(canvus, name, 3);
          const reply = await canvus.anonymous.post('/users/login', { email: name, password: 'wrong' });
          texts.push(refusal(reply, 429).replace(/\d+/, 'N'));
        }
        expect(texts[0]).toBe(texts[1]);
      });

      it('counts every spelling of an address together', async () => {
        const { email } = await canvus.person();
        await fail(canvus, email, 2);
        await fail(canvus, email.toUpperCase(), 1);
        refusal(await canvus.anonymous.post('/users/login', { email, password: 'wrong' }), 429);
      });

      it('allows no more attempts when all arrive at the same time', async () => {
        const { email } = await canvus.person();
        const replies = await Promise.all(
          Array.from({ length: 12 }, () => canvus.anonymous.post('/users/login', { email, password: 'wrong' })),
        );
        const statuses = replies.map(({ status }) => status).sort();
        expect(statuses).toEqual([...Array<number>(3).fill(401), ...Array<number>(9).fill(429)]);
      });

      it('counts wrong current passwords in a change of password for the change only', async () => {
        const { actor, user, email, password } = await canvus.person();
        const path = userPath(user.id, '/password');
        for (let count = 0; count < 3; count += 1) {
          refusal(await actor.post(path, { current_password: 'wrong', new_password: 'the next one' }), 403);
        }
        const reply = await actor.post(path, { current_password: password, new_password: 'the next one' });
        expect(refusal(reply, 429)).toMatch(/^Too many wrong passwords; try again in \d+ seconds$/);
        expect(reply.headers['retry-after']).toMatch(/^[1-9]\d*$/);
        await canvus.login({ email, password });
      });
    });

    describe('200', () => {
      it('resets the failures after a success', async () => {
        const person = await canvus.person();
        for (let round = 0; round < 3; round += 1) {
          await fail(canvus, person.email, 2);
          await canvus.login(person);
        }
      });

      it('does not count the right current password at a change of password, even if the new one is refused', async () => {
        const { actor, user, password } = await canvus.person();
        const change = (next: string): Promise<Reply> =>
          actor.post(userPath(user.id, '/password'), { current_password: password, new_password: next });
        for (let round = 0; round < 4; round += 1) refusal(await change('short'), 400);
        ok(await change('long enough'));
      });

      it('lets failures expire', async () => {
        const person = await canvus.person();
        await fail(canvus, person.email, 3);
        canvus.server.clock.advance(WINDOW);
        await fail(canvus, person.email, 2);
        await canvus.login(person);
      });

      it('does not affect other accounts, or logins with a token of the account', async () => {
        const person = await canvus.person();
        await fail(canvus, person.email, 3);
        await canvus.login(await canvus.person());
        ok(await person.actor.get('/users'));
        ok(await canvus.anonymous.post('/users/login', { token: person.actor.token }));
      });
    });
  },
  { LOGIN_FAILURES_PER_ACCOUNT: '3' },
);

canvusSuite(
  'POST users/login, one address after many failures',
  (canvus) => {
    describe('429', () => {
      it('refuses every account from there, and ends with time', async () => {
        const person = await canvus.person();
        for (const name of ['a', 'b', 'c']) await fail(canvus, `${name}@example.com`, 1);
        const { email, password } = person;
        const reply = await canvus.anonymous.post('/users/login', { email, password });
        refusal(reply, 429);
        canvus.server.clock.advance(Number(reply.headers['retry-after']) * 1000);
        await canvus.login(person);
      });

      it('ignores an address that the caller claims', async () => {
        canvus.server.clock.advance(WINDOW);
        for (const name of ['d', 'e', 'f']) await fail(canvus, `${name}@example.com`, 1);
        const headers = { 'X-Forwarded-For': '192.0.2.1', Forwarded: 'for=192.0.2.1' };
        const body = { email: 'g@example.com', password: 'wrong' };
        refusal(await canvus.anonymous.post('/users/login', body, { headers }), 429);
      });

      it('refuses invalid tokens after failures by token, and writes no more audit rows', async () => {
        canvus.server.clock.advance(WINDOW);
        const exchange = (token?: string): Promise<Reply> => canvus.anonymous.post('/users/login', { token });
        for (let count = 0; count < 3; count += 1) refusal(await exchange(UNKNOWN_TOKEN), 401);
        const rows = await auditRows(canvus.server);
        const reply = await exchange(UNKNOWN_TOKEN);
        refusal(reply, 429);
        expect(reply.headers['retry-after']).toMatch(/^[1-9]\d*$/);
        expect(await auditRows(canvus.server)).toEqual(rows);
        canvus.server.clock.advance(Number(reply.headers['retry-after']) * 1000);
        refusal(await exchange(UNKNOWN_TOKEN), 401);
      });

      it('counts failures by token and by password separately', async () => {
        canvus.server.clock.advance(WINDOW);
        await fail(canvus, 'h@example.com', 3);
        refusal(await canvus.anonymous.post('/users/login', { email: 'i@example.com', password: 'wrong' }), 429);
        refusal(await canvus.anonymous.post('/users/login', { token: UNKNOWN_TOKEN }), 401);
      });
    });

    describe('200', () => {
      it('exchanges a valid token, however often others fail', async () => {
        canvus.server.clock.advance(WINDOW);
        const person = await canvus.person();
        for (let count = 0; count < 4; count += 1) {
          await canvus.anonymous.post('/users/login', { token: UNKNOWN_TOKEN });
          await canvus.anonymous.post('/users/login', { email: 'j@example.com', password: 'wrong' });
        }
        refusal(await canvus.anonymous.post('/users/login', { email: person.email, password: person.password }), 429);
        ok(await canvus.anonymous.post('/users/login', { token: person.actor.token }));
        // They have signed in from here now.
        await canvus.login(person);
      });
    });
  },
  { LOGIN_FAILURES_PER_ADDRESS: '3' },
);

describe('POST users/login without a database', () => {
  it('does not count attempts that could not be checked, by password or by token', async () => {
    const limits = { LOGIN_FAILURES_PER_ACCOUNT: '3', LOGIN_FAILURES_PER_ADDRESS: '3' };
    const outage = await startWithOutage('postgres', limits);
    const { anonymous } = actors(outage.server);
    const logins = [{ email: ADMIN.email, password: ADMIN.password }, { token: ADMIN.token }];
    await outage.begin();
    for (let count = 0; count < 4; count += 1) {
      for (const body of logins) refusal(await anonymous.post('/users/login', body), 503);
    }
    await outage.end();
    for (const body of logins) ok(await anonymous.post('/users/login', body));
    await outage.server.close();
  });
});
