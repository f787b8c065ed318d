import bcrypt from 'bcrypt';
import { describe, expect, it, jest } from '@jest/globals';
import { canvusSuite, ok, refusal } from './support.js';

/** High enough for others to be answered long before the check of a password ends. */
const COST = 11;

canvusSuite(
  'POST users/login, and its cost',
  (canvus) => {
    describe('401', () => {
      it('compares one hash of the same cost for an unknown, blocked or unapproved user as for a wrong password', async () => {
        const emails = [
          (await canvus.person()).email,
          'nobody@example.com',
          (await canvus.person({ blocked: true })).email,
          (await canvus.person({ approved: false })).email,
        ];
        const compare = jest.spyOn(bcrypt, 'compare');
        for (const email of emails) {
          compare.mockClear();
          refusal(await canvus.anonymous.post('/users/login', { email, password: 'wrong' }), 401);
          expect([email, compare.mock.calls.map(([, hash]) => bcrypt.getRounds(hash))]).toEqual([email, [COST]]);
        }
        compare.mockRestore();
      });
    });

    describe('200', () => {
      it('answers others while passwords are being checked', async () => {
        const person = await canvus.person();
        const finished: string[] = [];
        const logins = Array.from({ length: 3 }, async () => {
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
  { BCRYPT_COST: String(COST) },
);
