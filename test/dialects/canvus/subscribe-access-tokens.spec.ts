import { expect, it } from '@jest/globals';
import { EventBus } from '../../../src/core/index.js';
import { eachAtOnce } from '../../support/cases.js';
import { assembled, watching } from './subscribers.js';
import {
  UNKNOWN_TOKEN,
  UNKNOWN_TOKEN_ID,
  UNKNOWN_USER,
  canvusSuite,
  newEmail,
  ok,
  tokenPath,
  tokensOf,
  userPath,
  type AccessToken,
  type CreatedAccessToken,
  type User,
} from './support.js';

/** A token as shown after its creation. */
function shown({ created_at, description, id }: AccessToken): AccessToken {
  return { created_at, description, id };
}

canvusSuite('GET users/:id/access-tokens?subscribe', (canvus) => {
  const watch = watching(canvus);

  it.each(['?subscribe', '?subscribe=true', '?subscribe=1', '/?subscribe'])('is a stream: %s', async (form) => {
    const { user, actor } = await canvus.person();
    const stream = await watch(`${tokensOf(user.id)}${form}`, actor.token);
    await stream.line(0);
    expect(stream.lines[0]).toBe((await actor.get(tokensOf(user.id))).text);
  });

  it('begins with an empty array for a user without tokens', async () => {
    const user = ok<User>(await canvus.admin.post('/users', { email: newEmail(), name: 'New' }));
    const stream = await watch(tokensOf(user.id));
    expect(await stream.line(0)).toEqual([]);
    expect(stream.lines).toEqual(['[]']);
  });

  it('sends a creation, a new description and a deletion, and never shows a token', async () => {
    const { user, actor } = await canvus.person();
    const stream = await watch(tokensOf(user.id), actor.token);
    await stream.line(0);
    const created = await canvus.token(user.id, 'first');
    expect(await stream.line(1)).toEqual([shown(created)]);
    const renamed = ok<AccessToken>(await actor.patch(tokenPath(user.id, created.id), { description: 'renamed' }));
    expect(await stream.line(2)).toEqual([renamed]);
    ok(await actor.delete(tokenPath(user.id, created.id)));
    await stream.line(3);
    const { created_at, id } = renamed;
    const last = JSON.stringify([{ created_at, description: 'renamed', id, state: 'deleted' }]);
    expect(stream.lines[3]).toBe(last);
    expect(stream.lines.join('\n')).not.toContain(created.plain_token);
    expect(stream.lines.slice(0, 3).join('\n')).not.toMatch(/plain_token|state/);
  });

  it('sends only tokens of the watched user', async () => {
    const [one, other] = [await canvus.person(), await canvus.person()];
    const streams = [await watch(tokensOf(one.user.id), one.actor.token), await watch(tokensOf(one.user.id))];
    await Promise.all(streams.map((stream) => stream.line(0)));
    const foreign = await canvus.token(other.user.id);
    ok(await other.actor.patch(tokenPath(other.user.id, foreign.id), { description: 'foreign' }));
    ok(await other.actor.delete(tokenPath(other.user.id, foreign.id)));
    // Logins are tokens as well, but are not listed.
    const { token } = await canvus.login(one);
    ok(await canvus.holder(token).post('/users/logout'));
    const own = await canvus.token(one.user.id);
    for (const stream of streams) {
      expect(await stream.line(1)).toEqual([shown(own)]);
      expect(await stream.line<unknown[]>(0)).toHaveLength(1);
    }
  });

  it('sends, when the user is deleted, the deletion of each of their tokens, and ends', async () => {
    const { user } = await canvus.person();
    const { id } = await canvus.token(user.id);
    const stream = await watch(tokensOf(user.id));
    const first = await stream.line<AccessToken[]>(0);
    ok(await canvus.admin.delete(userPath(user.id)));
    expect(await stream.ended).toBe(true);
    expect(stream.all().slice(1)).toEqual(first.map((token) => [{ ...token, state: 'deleted' }]));
    expect(first.map((token) => token.id)).toContain(id);
  });

  it('loses no change between the first line and the next: a client assembles the actual state', async () => {
    const { user, actor } = await canvus.person();
    for (let round = 0; round < 2; round += 1) {
      const writes = Array.from({ length: 9 }, async (_, at) => {
        const { id } = await canvus.token(user.id);
        ok(await actor.patch(tokenPath(user.id, id), { description: `number ${String(at)}` }));
        if (at % 3 === 0) ok(await actor.delete(tokenPath(user.id, id)));
      });
      const streams = await Promise.all(Array.from({ length: 4 }, () => watch(tokensOf(user.id), actor.token)));
      await Promise.all(writes);
      const now = ok<AccessToken[]>(await actor.get(tokensOf(user.id)));
      for (const stream of streams) {
        const isThere = (): boolean => byId(assembled(stream.all<AccessToken[]>())) === byId(now);
        await stream.until(isThere);
        stream.close();
      }
    }
  });

  it('gives a new subscriber the current state, and existing subscribers what they had missed', async () => {
    const { user, actor } = await canvus.person();
    const early = await watch(tokensOf(user.id), actor.token);
    const [token] = await early.line<AccessToken[]>(0);
    // As if another instance had made the change, and the event had not arrived yet.
    await canvus.server.dataSource.query(
      `UPDATE latchkey_token SET label = 'elsewhere' WHERE handle = '${token?.id ?? ''}'`,
    );
    canvus.server.app.get(EventBus).resync();
    const late = await watch(tokensOf(user.id), actor.token);
    const changed = { ...token, description: 'elsewhere' };
    expect(await late.line(0)).toEqual([changed]);
    expect(await early.line(1)).toEqual([changed]);
  });

  it('delivers many simultaneous changes to clients that read them', async () => {
    const { user, actor } = await canvus.person();
    await Promise.all(Array.from({ length: 40 }, () => canvus.token(user.id)));
    const stream = await watch(tokensOf(user.id), actor.token);
    await stream.line(0);
    const { dataSource, app } = canvus.server;
    for (let round = 0; round < 3; round += 1) {
      const label = `${String(round)} ${'€'.repeat(900)}`;
      await dataSource.query(`UPDATE latchkey_token SET label = '${label}' WHERE user_id = ${String(user.id)}`);
      app.get(EventBus).resync();
      await stream.until(() => stream.lines.length >= 1 + 41 * (round + 1));
      expect(new Set(assembled(stream.all<AccessToken[]>()).map(({ description }) => description))).toEqual(
        new Set([label]),
      );
    }
    expect(stream.lines).toHaveLength(1 + 3 * 41);
  });
});

canvusSuite('GET users/:id/access-tokens/:token-id?subscribe', (canvus) => {
  const watch = watching(canvus);

  it('begins with the plain answer, sends each change as one object, and ends with the deletion', async () => {
    const { user, actor } = await canvus.person();
    const token = await canvus.token(user.id, 'first');
    const path = tokenPath(user.id, token.id);
    const stream = await watch(path, actor.token);
    expect(await stream.line(0)).toEqual(shown(token));
    expect(stream.lines[0]).toBe((await actor.get(path)).text);
    const renamed = ok<AccessToken>(await actor.patch(path, { description: 'renamed' }));
    expect(await stream.line(1)).toEqual(renamed);
    ok(await actor.delete(path));
    expect(await stream.ended).toBe(true);
    expect(stream.all().slice(2)).toEqual([{ ...renamed, state: 'deleted' }]);
    expect(stream.rest).toBe('');
  });

  it('sends no other token of the same user', async () => {
    const { user, actor } = await canvus.person();
    const [one, other] = [await canvus.token(user.id), await canvus.token(user.id)];
    const stream = await watch(tokenPath(user.id, one.id), actor.token);
    await stream.line(0);
    ok(await actor.patch(tokenPath(user.id, other.id), { description: 'other' }));
    ok(await actor.delete(tokenPath(user.id, other.id)));
    const renamed = ok<AccessToken>(await actor.patch(tokenPath(user.id, one.id), { description: 'one' }));
    expect(await stream.line(1)).toEqual(renamed);
  });

  it('ends with the deletion of its user', async () => {
    const { user } = await canvus.person();
    const token = await canvus.token(user.id);
    const stream = await watch(tokenPath(user.id, token.id));
    await stream.line(0);
    ok(await canvus.admin.delete(userPath(user.id)));
    expect(await stream.ended).toBe(true);
    expect(stream.all().slice(1)).toEqual([{ ...shown(token), state: 'deleted' }]);
  });
});

canvusSuite('?subscribe', (canvus) => {
  it.each<[route: string, pathOf: (userId: number, tokenId: string) => string]>([
    ['users', () => '/users'],
    ['users/:id', (userId) => userPath(userId)],
    ['users/:id/access-tokens', (userId) => tokensOf(userId)],
    ['users/:id/access-tokens/:token-id', tokenPath],
  ])('refuses on %s all callers whom the plain GET refuses, with the same message', async (_route, pathOf) => {
    const { user } = await canvus.person();
    const { id } = await canvus.token(user.id);
    const [unapproved, blocked, other] = [
      await canvus.person({ approved: false }),
      await canvus.person(),
      await canvus.person(),
    ];
    ok(await canvus.admin.post(userPath(blocked.user.id, '/block')));
    const callers = [
      canvus.anonymous,
      ...['', 'secret', UNKNOWN_TOKEN].map(canvus.holder),
      ...[unapproved, blocked, other].map(({ actor }) => actor),
      canvus.admin,
    ];
    const paths = [
      pathOf(user.id, id),
      pathOf(UNKNOWN_USER, id),
      pathOf(user.id, UNKNOWN_TOKEN_ID),
      pathOf(user.id, id).replace(String(user.id), 'me'),
    ];
    let refusals = 0;
    await eachAtOnce(paths, async (path) => {
      for (const caller of callers) {
        const plain = await caller.get(path);
        if (plain.status === 200) continue;
        refusals += 1;
        const stream = await caller.get(`${path}?subscribe`);
        expect([stream.status, stream.text]).toEqual([plain.status, plain.text]);
        expect(stream.headers['content-type']).toBe(plain.headers['content-type']);
      }
    });
    expect(refusals).toBeGreaterThanOrEqual(6 * paths.length);
  });
});

function byId(tokens: readonly (AccessToken | CreatedAccessToken)[]): string {
  return JSON.stringify([...tokens].sort((a, b) => (a.id < b.id ? -1 : 1)));
}
