/** Simultaneous requests: the result must be as if they had been made one after the other. */
import { describe, expect, it } from '@jest/globals';
import type { Reply } from '../../support/http.js';
import {
  auditRows,
  canvusSuite,
  newEmail,
  ok,
  refusal,
  rowsOf,
  tokenPath,
  tokensOf,
  userPath,
  type AccessToken,
  type CreatedAccessToken,
  type Login,
  type Person,
  type User,
} from './support.js';

function times<T>(count: number, make: (at: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => make(at)));
}

const statuses = (replies: Reply[]): number[] => replies.map(({ status }) => status).sort();

/** Changes, deletions, creations and logouts. @param rounds - how often each race is run */
export function racesForOneToken(rounds: number): void {
  canvusSuite('races for one token', (canvus) => {
    it('stores one of several simultaneous descriptions, and returns to each caller its own', async () => {
      for (let round = 0; round < rounds; round += 1) {
        const { id } = await canvus.token(1000);
        const descriptions = ['A', 'B', 'C', 'D'].map((letter) => letter.repeat(500));
        const replies = await times(4, (at) =>
          canvus.admin.patch(tokenPath(1000, id), { description: descriptions[at] }),
        );
        expect(replies.map((reply) => ok<AccessToken>(reply).description)).toEqual(descriptions);
        const left = ok<AccessToken>(await canvus.admin.get(tokenPath(1000, id))).description;
        const rows = await auditRows(canvus.server, { action: 'token.updated' });
        expect(left).toBe(rows.at(-1)?.targetName);
      }
    });

    it('never restores a token that is deleted during a change', async () => {
      for (let round = 0; round < rounds; round += 1) {
        const { id, plain_token: plain } = await canvus.token(1000);
        const path = tokenPath(1000, id);
        const change = (): Promise<Reply> => canvus.admin.patch(path, { description: 'changed' });
        const [one, deletion, other] = await Promise.all([change(), canvus.admin.delete(path), change()]);
        ok(deletion);
        for (const reply of [one, other]) {
          if (reply.status === 200) expect(ok<AccessToken>(reply).description).toBe('changed');
          else expect(refusal(reply, 404)).toBe('Access token not found');
        }
        refusal(await canvus.admin.get(path), 404);
        expect((await canvus.holder(plain).get('/users')).status).toBe(401);
      }
    });

    it('lets exactly one of many simultaneous deletions succeed, and audits one', async () => {
      for (let round = 0; round < rounds; round += 1) {
        const { id } = await canvus.token(1000, `deleted in round ${String(round)}`);
        const replies = await times(8, () => canvus.admin.delete(tokenPath(1000, id)));
        expect(statuses(replies)).toEqual([200, ...Array<number>(7).fill(404)]);
        const rows = await auditRows(canvus.server, {
          action: 'token.revoked',
          targetName: `deleted in round ${String(round)}`,
        });
        expect(rows).toHaveLength(1);
      }
    });

    it('creates a separate token for every simultaneous request', async () => {
      const { user } = await canvus.person();
      const created = await times(20, () => canvus.token(user.id));
      expect(new Set(created.map(({ id }) => id)).size).toBe(20);
      for (const { plain_token: plain } of created) ok(await canvus.holder(plain).get(tokensOf(user.id)));
    });

    it('answers simultaneous logouts of one login as done or as no longer signed in', async () => {
      const person = await canvus.person();
      for (let round = 0; round < rounds; round += 1) {
        const { token } = await canvus.login(person);
        const replies = await times(4, () => canvus.holder(token).post('/users/logout'));
        expect(statuses(replies)[0]).toBe(200);
        for (const { status } of replies) expect([200, 401]).toContain(status);
      }
    });
  });
}

/** Changes, addresses, deletion and passwords. @param rounds - how often each race is run */
export function racesForOneUser(rounds: number): void {
  canvusSuite(
    'races for one user',
    (canvus) => {
      it('stores one of several simultaneous changes completely', async () => {
        const { user } = await canvus.person();
        for (let round = 0; round < rounds; round += 1) {
          const changes = ['A', 'B', 'C'].map((name) => ({ name, email: newEmail() }));
          const replies = await times(3, (at) => canvus.admin.patch(userPath(user.id), changes[at]));
          expect(replies.map((reply) => ok<User>(reply))).toEqual(changes.map((change) => ({ ...user, ...change })));
          const { name, email } = ok<User>(await canvus.admin.get(userPath(user.id)));
          expect(changes).toContainEqual({ name, email });
        }
      });

      it('creates one of several users with the same address', async () => {
        for (let round = 0; round < rounds; round += 1) {
          const email = newEmail();
          const replies = await times(2, (at) =>
            canvus.admin.post('/users', { email: at === 0 ? email : email.toUpperCase(), name: `Twin ${String(at)}` }),
          );
          expect(statuses(replies)).toEqual([200, 409]);
          const users = ok<User[]>(await canvus.admin.get('/users'));
          expect(users.filter((user) => user.email.toLowerCase() === email)).toHaveLength(1);
        }
      });

      it('gives an address to one of two users who request it', async () => {
        const [one, other] = [await canvus.person(), await canvus.person()];
        for (let round = 0; round < rounds; round += 1) {
          const email = newEmail();
          const replies = await Promise.all([
            one.actor.patch(userPath(one.user.id), { email }),
            other.actor.patch(userPath(other.user.id), { email }),
          ]);
          expect(statuses(replies)).toEqual([200, 409]);
        }
      });

      it('leaves no token of a user who is deleted while tokens are issued to them', async () => {
        for (let round = 0; round < rounds; round += 1) {
          const { user, actor, email, password } = await canvus.person();
          const description = 'late';
          const issue = (at: number): Promise<Reply> =>
            (at % 2 ? actor : canvus.admin).post(tokensOf(user.id), { description });
          // The deletion comes early in some rounds and late in others.
          const issues = times(1 + round, issue);
          const logins = times(2, () => canvus.anonymous.post('/users/login', { email, password }));
          const deletion = canvus.admin.delete(userPath(user.id));
          const moreIssues = times(rounds - round, issue);
          ok(await deletion);
          const replies = [...(await issues), ...(await moreIssues)];
          for (const { status } of replies) expect([200, 401, 404]).toContain(status);
          for (const { status } of await logins) expect([200, 401]).toContain(status);
          const rows = await rowsOf(canvus.server, 'token');
          expect(rows).not.toContainEqual(expect.objectContaining({ user_id: user.id }));
          for (const reply of replies.filter(({ status }) => status === 200)) {
            const { plain_token: plain } = reply.json<CreatedAccessToken>();
            expect((await canvus.holder(plain).get('/users')).status).toBe(401);
          }
        }
      });

      it('leaves no login with the old password once a new one is set', async () => {
        for (let round = 0; round < rounds; round += 1) {
          const { user, email, password } = await canvus.person();
          const logins = times(4, () => canvus.anonymous.post('/users/login', { email, password }));
          const change = canvus.admin.post(userPath(user.id, '/password'), { new_password: 'the next one' });
          const replies = [
            ...(await logins),
            ...(await times(2, () => canvus.anonymous.post('/users/login', { email, password }))),
          ];
          ok(await change);
          for (const reply of replies.filter(({ status }) => status === 200)) {
            expect((await canvus.holder(reply.json<Login>().token).get('/users')).status).toBe(401);
          }
        }
      });
    },
    { USERS_CHANGE_EMAIL: 'free' },
  );
}

/** Each removes the rights of the other, in every combination. @param rounds - how often each race is run */
export function racesOfAdministrators(rounds: number): void {
  canvusSuite('two administrators at once', (canvus) => {
    const against: [doing: string, act: (caller: Person, other: User) => Promise<Reply>][] = [
      ['demotes', ({ actor }, { id }) => actor.patch(userPath(id), { admin: false })],
      ['blocks', ({ actor }, { id }) => actor.post(userPath(id, '/block'))],
      ['deletes', ({ actor }, { id }) => actor.delete(userPath(id))],
    ];
    const pairs = against.flatMap(([doing, act]) =>
      against.map(([otherDoing, otherAct]) => ({ doing, act, otherDoing, otherAct })),
    );

    describe.each(pairs)('one $doing, the other $otherDoing', ({ act, otherAct }) => {
      it('leaves an active administrator', async () => {
        for (let round = 0; round < rounds; round += 1) {
          const one = await canvus.person({ admin: true });
          const other = await canvus.person({ admin: true });
          ok(await one.actor.patch(userPath(1000), { admin: false }));
          const replies = await Promise.all([act(one, other.user), otherAct(other, one.user)]);
          expect(statuses(replies)[0]).toBe(200);
          for (const { status } of replies) expect([200, 401, 403]).toContain(status);
          const able = [];
          for (const { actor } of [one, other]) {
            const { status } = await actor.patch(userPath(1000), { admin: true });
            if (status === 200) able.push(actor);
          }
          expect(able.length).toBeGreaterThanOrEqual(1);
          for (const { user } of [one, other]) await canvus.admin.delete(userPath(user.id));
        }
      });
    });
  });
}
