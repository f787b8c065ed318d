import { describe, expect, it } from '@jest/globals';
import { ACCOUNT } from '../../support/test-server.js';
import { ERROR, crmSuite, data, failure, unique, type Members, type Person } from './support.js';

const METHOD = 'authentication/token';

const LIST = { number: '1' };

const credentials = ({ email, password }: Pick<Person, 'email' | 'password'>): Members => ({
  username: email,
  password,
  organisation: ACCOUNT.name,
});

crmSuite(
  'POST authentication/token after many failures',
  (crm) => {
    async function fail(person: Person, times: number): Promise<void> {
      for (let count = 0; count < times; count += 1) {
        failure(await crm.anonymous.post(METHOD, { ...credentials(person), password: 'wrong' }), ERROR.credentials);
      }
    }

    const canvusLogin = ({ email }: Person, password: string): Promise<number> =>
      fetch(`${crm.server.baseUrl}/api/v1/users/login`, {
        method: 'POST',
        body: JSON.stringify({ email, password }),
      }).then(({ status }) => status);

    async function memberPerson(): Promise<Person> {
      const person = await crm.person();
      await crm.join(person);
      return person;
    }

    describe('SECURITY.TOOMANYFAILEDLOGINS', () => {
      it('refuses the right password too, until Retry-After has passed and not before', async () => {
        crm.server.clock.freeze();
        const person = await memberPerson();
        await fail(person, 3);
        const reply = await crm.anonymous.post(METHOD, credentials(person));
        failure(reply, ERROR.throttled);
        const seconds = Number(reply.headers['retry-after']);
        expect(seconds).toBeGreaterThan(10);
        crm.server.clock.advance((seconds - 10) * 1000);
        failure(await crm.anonymous.post(METHOD, credentials(person)), ERROR.throttled);
        crm.server.clock.advance(10_000);
        data(await crm.anonymous.post(METHOD, credentials(person)));
        crm.server.clock.reset();
      });

      it('counts the failures of this login and of the other dialect’s together', async () => {
        const person = await memberPerson();
        await fail(person, 2);
        expect(await canvusLogin(person, 'wrong')).toBe(401);
        failure(await crm.anonymous.post(METHOD, credentials(person)), ERROR.throttled);
        expect(await canvusLogin(person, person.password)).toBe(429);
      });

      it('counts a right password with a wrong organisation, but not with a wrong unit of the right one', async () => {
        const person = await memberPerson();
        for (const more of [
          { organisation: 'None' },
          { unit: '2' },
          { organisation: 'None' },
          { organisation: 'None' },
        ]) {
          failure(await crm.anonymous.post(METHOD, { ...credentials(person), ...more }), ERROR.credentials);
        }
        failure(await crm.anonymous.post(METHOD, credentials(person)), ERROR.throttled);
      });

      it('gives the same answer for an unknown user', async () => {
        const person = { ...(await crm.person()), email: `${unique('nobody')}@example.com` };
        await fail(person, 3);
        const reply = await crm.anonymous.post(METHOD, credentials(person));
        failure(reply, ERROR.throttled);
        expect(reply.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      });
    });

    describe('OK', () => {
      it('resets the failures after a success, and does not affect tokens and other users', async () => {
        const person = await memberPerson();
        await fail(person, 2);
        const client = await crm.login(person);
        await fail(person, 3);
        data(await client.get('access_tokens/list', LIST));
        await crm.login(await memberPerson());
      });
    });
  },
  { LOGIN_FAILURES_PER_ACCOUNT: '3' },
);
