/** Requests that are in progress when their author loses the right to make them. */
import { describe, expect, it } from '@jest/globals';
import { SessionToken } from '../../src/identity/index.js';
import {
  auditRows,
  canvusSuite,
  newEmail,
  ok,
  tokenPath,
  tokensOf,
  userPath,
  type AccessToken,
  type Canvus,
  type Login,
  type Person,
  type User,
} from '../dialects/canvus/support.js';
import type { Reply } from '../support/http.js';

const REQUESTS = 12;
const ROUNDS = 2;

interface End {
  /** How the author loses access, through another administrator. */
  readonly end: (canvus: Canvus, author: Person, tokenId: string) => Promise<Reply>;
  /** The audit row of it. */
  readonly action: string;
}

const ENDS: [name: string, end: End][] = [
  ['deleted', { action: 'user.deleted', end: ({ admin }, { user }) => admin.delete(userPath(user.id)) }],
  ['blocked', { action: 'user.blocked', end: ({ admin }, { user }) => admin.post(userPath(user.id, '/block')) }],
  [
    'demoted',
    { action: 'user.updated', end: ({ admin }, { user }) => admin.patch(userPath(user.id), { admin: false }) },
  ],
  [
    'without their token, which was deleted',
    { action: 'token.revoked', end: ({ admin }, { user }, tokenId) => admin.delete(tokenPath(user.id, tokenId)) },
  ],
];

async function onlyToken({ admin }: Canvus, { id }: User): Promise<string> {
  const [token] = ok<AccessToken[]>(await admin.get(tokensOf(id)));
  return token?.id ?? '';
}

// New passwords are hashed between the check of the token and the change: the author loses access in between.
canvusSuite(
  'an author who loses access while their requests are in progress',
  (canvus) => {
    describe.each(ENDS)('%s', (_name, { end, action }) => {
      it('changes nothing afterwards', async () => {
        for (let round = 0; round < ROUNDS; round += 1) {
          const author = await canvus.person({ admin: true });
          const tokenId = await onlyToken(canvus, author.user);
          const body = (): unknown => ({
            email: newEmail(),
            name: 'Accomplice',
            password: 'one of theirs',
            admin: true,
          });
          const requests = Array.from({ length: REQUESTS }, () => author.actor.post('/users', body()));
          // By the time one is done, the tokens of the others have been checked.
          await Promise.race(requests);
          ok(await end(canvus, author, tokenId));
          const replies = await Promise.all(requests);

          for (const { status } of replies) expect([200, 401, 403]).toContain(status);
          const done = replies.filter(({ status }) => status === 200).map((reply) => String(ok<User>(reply).id));
          expect(done.length).toBeLessThan(REQUESTS);
          const rows = await auditRows(canvus.server, { authorId: author.user.id });
          expect(rows.map(({ targetId }) => targetId).sort()).toEqual(done.sort());
          const [ending] = (await auditRows(canvus.server, { authorId: 1000, action })).slice(-1);
          expect(rows.filter(({ id }) => id > (ending?.id ?? 0))).toEqual([]);
        }
      });
    });
  },
  { BCRYPT_COST: '8' },
);

canvusSuite('a user who is blocked', (canvus) => {
  it('cannot unblock themselves by a request in progress', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { actor, user } = await canvus.person();
      const unblock = async (): Promise<number[]> => {
        const statuses: number[] = [];
        do statuses.push((await actor.patch(userPath(user.id), { blocked: false })).status);
        while (statuses.at(-1) === 200);
        return statuses;
      };
      const loops = Array.from({ length: 6 }, unblock);
      await actor.get('/users');
      ok(await canvus.admin.post(userPath(user.id, '/block')));
      for (const statuses of await Promise.all(loops)) expect(statuses.at(-1)).toBe(403);
      expect(ok<User>(await canvus.admin.get(userPath(user.id))).blocked).toBe(true);
    }
    expect(await auditRows(canvus.server, { action: 'user.unblocked' })).toEqual([]);
  });
});

canvusSuite('a token that is exchanged for a session', (canvus) => {
  /** Exchanges it repeatedly until it is refused; returns the sessions. */
  async function exchanges(token: string): Promise<string[]> {
    const sessions: string[] = [];
    for (;;) {
      const reply = await canvus.anonymous.post('/users/login', { token });
      if (reply.status !== 200) {
        expect(reply.status).toBe(401);
        return sessions;
      }
      sessions.push(ok<Login>(reply).token);
    }
  }

  async function expectNoneLives({ id }: User, sessions: string[]): Promise<void> {
    expect(sessions.length).toBeGreaterThan(0);
    expect(await canvus.server.dataSource.getRepository(SessionToken).countBy({ userId: id })).toBe(0);
    const replies = await Promise.all(sessions.slice(-10).map((token) => canvus.holder(token).get('/users')));
    expect([...new Set(replies.map(({ status }) => status))]).toEqual([401]);
  }

  async function whileExchanged(token: string, end: () => Promise<Reply>): Promise<string[]> {
    const first = ok<Login>(await canvus.anonymous.post('/users/login', { token })).token;
    const loops = Array.from({ length: 6 }, () => exchanges(token));
    await canvus.holder(first).get('/users');
    ok(await end());
    return [first, ...(await Promise.all(loops)).flat()];
  }

  it('leaves no session when the password is changed at the same time', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const person = await canvus.person();
      const { token } = await canvus.login(person);
      const change = { new_password: 'the next one' };
      const path = userPath(person.user.id, '/password');
      await expectNoneLives(person.user, await whileExchanged(token, () => canvus.admin.post(path, change)));
    }
  });

  it('leaves no session when the token is deleted at the same time', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { user } = await canvus.person();
      const { id, plain_token: plain } = await canvus.token(user.id);
      const remove = (): Promise<Reply> => canvus.admin.delete(tokenPath(user.id, id));
      await expectNoneLives(user, await whileExchanged(plain, remove));
    }
  });

  it('ends with its session and the session made from that one, and with no other', async () => {
    const person = await canvus.person();
    const { id, plain_token: plain } = await canvus.token(person.user.id);
    const exchange = async (token: string): Promise<string> =>
      ok<Login>(await canvus.anonymous.post('/users/login', { token })).token;
    const child = await exchange(plain);
    const grandchild = await exchange(child);
    const others = [(await canvus.login(person)).token, await exchange(person.actor.token ?? '')];
    for (const token of [child, grandchild, ...others]) ok(await canvus.holder(token).get('/users'));
    ok(await canvus.admin.delete(tokenPath(person.user.id, id)));
    for (const token of [child, grandchild]) expect((await canvus.holder(token).get('/users')).status).toBe(401);
    for (const token of others) ok(await canvus.holder(token).get('/users'));
  });
});
