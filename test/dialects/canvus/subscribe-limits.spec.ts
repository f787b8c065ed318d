/** Many streams: new ones share one read, and the number per user and token is limited. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Recorder } from '../../support/channels.js';
import type { LineStream } from '../../support/line-stream.js';
import { watchQueries, type QueryWatch } from '../../support/queries.js';
import { addTokens, addUsers } from './many-rows.js';
import { watching } from './subscribers.js';
import { canvusSuite, ok, tokensOf, userPath, type User } from './support.js';

const AMPLE = { CANVUS_STREAMS_PER_USER: '1000', CANVUS_STREAMS_PER_TOKEN: '1000' };

canvusSuite(
  'subscribers who join',
  (canvus) => {
    const watch = watching(canvus);

    beforeAll(() => addUsers(canvus.server, 450));

    const reads = (queries: QueryWatch): number => queries.count(/FROM "latchkey_user".* ORDER BY .* LIMIT/);
    /** Three slices of 200, the last of which is not full. */
    const ONE_READ = 3;

    const joinTogether = async (count: number): Promise<LineStream[]> => {
      const streams = await Promise.all(Array.from({ length: count }, () => watch('/users')));
      await Promise.all(streams.map((stream) => stream.line(0)));
      return streams;
    };

    it('share one read if they are opened at the same time', async () => {
      const queries = watchQueries(canvus.server.dataSource);
      const streams = await joinTogether(30);
      queries.stop();
      const plain = await canvus.admin.get('/users');
      for (const stream of streams) expect(stream.lines).toEqual([plain.text]);
      expect(reads(queries)).toBe(ONE_READ);
      for (const stream of streams) stream.close();
    });

    it('cause no read for a resource that is already watched, and show every change that was answered before', async () => {
      const first = await watch('/users');
      await first.line(0);
      const queries = watchQueries(canvus.server.dataSource);
      for (let round = 0; round < 5; round += 1) {
        const name = `Round ${String(round)}`;
        ok(await canvus.admin.patch(userPath(1000), { name }));
        const { text } = await canvus.admin.get(userPath(1000));
        for (const stream of await joinTogether(3)) {
          expect(stream.lines).toHaveLength(1);
          expect(stream.lines[0]).toContain(text);
          stream.close();
        }
      }
      queries.stop();
      expect(reads(queries)).toBe(0);
    });

    it('show the list in order after rows were added, changed and removed', async () => {
      const { user } = await canvus.person();
      await addTokens(canvus.server, user.id, 700, 'one of many');
      const first = await watch(tokensOf(user.id));
      await first.line(0);
      const [one, two, three] = [
        await canvus.token(user.id),
        await canvus.token(user.id),
        await canvus.token(user.id, 'third'),
      ];
      ok(await canvus.admin.patch(`${tokensOf(user.id)}/${one.id}`, { description: 'changed' }));
      ok(await canvus.admin.delete(`${tokensOf(user.id)}/${two.id}`));
      const late = await watch(tokensOf(user.id));
      await late.line(0);
      expect(late.lines[0]).toBe((await canvus.admin.get(tokensOf(user.id))).text);
      expect(late.lines[0]).toContain(three.id);
    });
  },
  AMPLE,
);

canvusSuite(
  'streams beyond a limit',
  (canvus) => {
    const watch = watching(canvus);

    it('of a user are refused with 429 and what to do, until one has ended', async () => {
      const { user, actor } = await canvus.person();
      const others = [await canvus.token(user.id), await canvus.token(user.id)];
      const streams = [
        await watch('/users', actor.token),
        await watch(userPath(user.id), actor.token),
        await watch(tokensOf(user.id), others[0]?.plain_token),
      ];
      const refused = await canvus.holder(others[1]?.plain_token ?? '').get('/users?subscribe');
      expect(refused.status).toBe(429);
      expect(refused.json<{ msg: string }>().msg).toMatch(/3 streams .*CANVUS_STREAMS_PER_USER.* close one/);
      expect(refused.headers['retry-after']).toMatch(/^\d+$/);
      // Plain answers and other users are not affected.
      ok<User[]>(await actor.get('/users'));
      await (await watch('/users')).line(0);
      await Promise.all(streams.map((stream) => stream.line(0)));
      streams[0]?.close();
      await streams[0]?.ended;
      await opened(() => canvus.holder(others[1]?.plain_token ?? '').get(`${userPath(999_999)}?subscribe`), 404);
      const next = await watch(tokensOf(user.id), others[1]?.plain_token);
      await next.line(0);
    });

    it('of a token are refused as well, and published on the channel', async () => {
      const { user, actor } = await canvus.person();
      const recorder = new Recorder('latchkey:stream');
      const streams = [await watch('/users', actor.token), await watch('/users', actor.token)];
      const refused = await actor.get(`${userPath(user.id)}?subscribe`);
      expect(refused.status).toBe(429);
      expect(refused.json<{ msg: string }>().msg).toMatch(/2 streams .*CANVUS_STREAMS_PER_TOKEN.* close one/);
      const other = await canvus.token(user.id);
      const third = await watch('/users', other.plain_token);
      recorder.stop();
      const published = recorder.of('latchkey:stream').filter(({ event }) => event === 'refused');
      expect(published).toMatchObject([{ reason: 'token_limit', dialect: 'canvus' }]);
      for (const stream of [...streams, third]) stream.close();
    });

    describe('leave nothing in memory', () => {
      it('when streams end for any reason', async () => {
        const { user, actor } = await canvus.person();
        for (let round = 0; round < 4; round += 1) {
          const own = await canvus.token(user.id);
          const streams = [await watch('/users', own.plain_token), await watch('/users', own.plain_token)];
          await Promise.all(streams.map((stream) => stream.line(0)));
          ok(await actor.delete(`${tokensOf(user.id)}/${own.id}`));
          for (const stream of streams) await stream.ended;
        }
        await (await watch('/users', actor.token)).line(0);
      });
    });
  },
  { CANVUS_STREAMS_PER_USER: '3', CANVUS_STREAMS_PER_TOKEN: '2' },
);

/** Repeats the request until the answer has the status: the server notices a closed stream a moment later. */
async function opened(ask: () => Promise<{ status: number }>, status: number): Promise<void> {
  for (let time = 0; time < 100; time += 1) if ((await ask()).status === status) return;
  throw new Error(`never answered with ${String(status)}`);
}
