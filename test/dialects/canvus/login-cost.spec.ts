import { describe, expect, it, jest } from '@jest/globals';
import { canvusSuite, ok, refusal } from './support.js';

// Times are compared on machines that do other things as well: what is really wrong fails each time.
jest.retryTimes(2);

// A cost that can be told from the noise: one comparison takes some 30 ms.
canvusSuite(
  'POST users/login, in time',
  (canvus) => {
    /** The shortest of some attempts, in milliseconds: what it takes at the least. */
    async function shortest(email: string): Promise<number> {
      const times: number[] = [];
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const start = performance.now();
        refusal(await canvus.anonymous.post('/users/login', { email, password: 'wrong' }), 401);
        times.push(performance.now() - start);
      }
      return Math.min(...times);
    }

    describe('401', () => {
      it('takes no less for an unknown, blocked or unapproved user than for a wrong password', async () => {
        const wrongPassword = await shortest((await canvus.person()).email);
        expect(wrongPassword).toBeGreaterThan(10);
        const emails = [
          'nobody@example.com',
          (await canvus.person({ blocked: true })).email,
          (await canvus.person({ approved: false })).email,
        ];
        for (const email of emails) expect(await shortest(email)).toBeGreaterThan(wrongPassword / 2);
      });
    });

    describe('200', () => {
      it('answers others while passwords are being checked', async () => {
        const person = await canvus.person();
        const finished: string[] = [];
        const logins = Array.from({ length: 4 }, async () => {
          await canvus.login(person);
          finished.push('login');
        });
        const other = canvus.anonymous.get('/server-info').then((reply) => {
          ok(reply);
          finished.push('other');
        });
        await Promise.all([...logins, other]);
        expect(finished[0]).toBe('other');
      });
    });
  },
  { BCRYPT_COST: '9' },
);
