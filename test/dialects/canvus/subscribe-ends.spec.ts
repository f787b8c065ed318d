/** When a stream ends although its resource still exists, because the subscriber may not see it any more. */
import { describe, expect, it } from '@jest/globals';
import { EventBus } from '../../../src/core/index.js';
import { Streams } from '../../../src/dialects/canvus/index.js';
import type { LineStream } from '../../support/line-stream.js';
import { watching } from './subscribers.js';
import { canvusSuite, newEmail, ok, tokenPath, tokensOf, userPath, type AccessToken, type User } from './support.js';

const HOUR = 3_600_000;

const KEEPALIVE = { CANVUS_KEEPALIVE_SECONDS: '1' };

canvusSuite(
  'a stream ends, cleanly and without another line,',
  (canvus) => {
    const watch = watching(canvus);

    /** It has ended completely, and does not contain later changes. */
    const itIsOver = async (stream: LineStream): Promise<void> => {
      const lines = stream.lines.length;
      const user = ok<User>(await canvus.admin.post('/users', { email: newEmail(), name: 'Afterwards' }));
      expect(await stream.ended).toBe(true);
      expect(stream.rest).toBe('');
      expect(stream.lines.join('\n')).not.toContain(user.email);
      for (const line of stream.all().slice(lines)) expect(line).not.toMatchObject({ message: expect.anything() });
    };

    const itGoesOn = async (stream: LineStream): Promise<void> => {
      const { length } = stream.lines;
      await stream.line(0);
      const user = ok<User>(await canvus.admin.post('/users', { email: newEmail(), name: 'Goes on' }));
      await stream.until(() => stream.lines.slice(length).join('\n').includes(user.email));
    };

    const administrator = async (): ReturnType<typeof canvus.person> => canvus.person({ admin: true });

    it('when the subscriber’s token is deleted, and not when another token of theirs is', async () => {
      const { user, actor } = await canvus.person();
      const [own, other] = [await canvus.token(user.id), await canvus.token(user.id)];
      const stream = await watch('/users', own.plain_token);
      await stream.line(0);
      ok(await actor.delete(tokenPath(user.id, other.id)));
      await itGoesOn(stream);
      ok(await actor.delete(tokenPath(user.id, own.id)));
      await itIsOver(stream);
      expect((await canvus.holder(own.plain_token).get('/users?subscribe')).status).toBe(401);
    });

    it('when subscribers delete the token that they use', async () => {
      const { user } = await canvus.person();
      const own = await canvus.token(user.id);
      const stream = await watch(tokensOf(user.id), own.plain_token);
      await stream.line(0);
      ok(await canvus.holder(own.plain_token).delete(tokenPath(user.id, own.id)));
      await itIsOver(stream);
    });

    it('when changes may have been missed, and the subscriber’s token is gone', async () => {
      const { user } = await canvus.person();
      const [own, other] = [await canvus.token(user.id), await canvus.token(user.id)];
      const [stream, kept] = [await watch('/users', own.plain_token), await watch('/users', other.plain_token)];
      await Promise.all([stream.line(0), kept.line(0)]);
      const { app, dataSource } = canvus.server;
      // As another process does it: nobody is told.
      await dataSource.query(`DELETE FROM latchkey_token WHERE handle = '${own.id}'`);
      app.get(EventBus).resync();
      await itIsOver(stream);
      await itGoesOn(kept);
    });

    it('continues when the subscriber’s token gets another description', async () => {
      const { user, actor } = await canvus.person();
      const own = await canvus.token(user.id);
      const stream = await watch('/users', own.plain_token);
      await stream.line(0);
      ok(await actor.patch(tokenPath(user.id, own.id), { description: 'renamed' }));
      await itGoesOn(stream);
    });

    it('when the subscriber signs out, and not when another login of theirs does', async () => {
      const person = await canvus.person();
      const [one, other] = [await canvus.login(person), await canvus.login(person)];
      const stream = await watch('/users', one.token);
      await stream.line(0);
      ok(await canvus.holder(other.token).post('/users/logout'));
      await itGoesOn(stream);
      ok(await canvus.holder(one.token).post('/users/logout'));
      await itIsOver(stream);
    });

    it('when the token that the subscriber signed in with is deleted', async () => {
      const { user, actor } = await canvus.person();
      const parent = await canvus.token(user.id);
      const { token } = ok<{ token: string }>(
        await canvus.anonymous.post('/users/login', { token: parent.plain_token }),
      );
      const stream = await watch('/users', token);
      await stream.line(0);
      ok(await actor.delete(tokenPath(user.id, parent.id)));
      await itIsOver(stream);
    });

    it('when the password that the subscriber signed in with changes; streams of their access tokens continue', async () => {
      const person = await canvus.person();
      const { token } = await canvus.login(person);
      const [byLogin, byToken] = [await watch('/users', token), await watch('/users', person.actor.token)];
      await Promise.all([byLogin, byToken].map((stream) => stream.line(0)));
      ok(await canvus.admin.post(userPath(person.user.id, '/password'), { new_password: 'another one' }));
      await itIsOver(byLogin);
      await itGoesOn(byToken);
    });

    it('when the subscriber’s login expires, even if nothing happens', async () => {
      const person = await canvus.person();
      const { token } = await canvus.login(person);
      const stream = await watch('/users', token);
      const kept = await watch('/users', person.actor.token);
      await Promise.all([stream, kept].map((one) => one.line(0)));
      try {
        canvus.server.clock.advance(24 * HOUR - 5000);
        // Shortly before that, it is still open.
        await stream.until(() => stream.blanks > 0);
        const begun = performance.now();
        canvus.server.clock.advance(5000);
        expect(await stream.ended).toBe(true);
        expect(performance.now() - begun).toBeLessThan(2000);
        expect(stream.lines).toHaveLength(1);
        await itGoesOn(kept);
      } finally {
        canvus.server.clock.reset();
      }
    });

    it('before a line that comes after the expiry', async () => {
      const person = await canvus.person();
      const { token } = await canvus.login(person);
      const stream = await watch('/users', token);
      await stream.line(0);
      try {
        canvus.server.clock.advance(25 * HOUR);
        await itIsOver(stream);
      } finally {
        canvus.server.clock.reset();
      }
    });

    it.each(['block', 'delete'])('when the subscriber is the target of %s', async (action) => {
      const { user, actor } = await canvus.person();
      const streams = await Promise.all(
        ['/users', userPath(1000), tokensOf(user.id)].map((path) => watch(path, actor.token)),
      );
      await Promise.all(streams.map((stream) => stream.line(0)));
      ok(
        action === 'block'
          ? await canvus.admin.post(userPath(user.id, '/block'))
          : await canvus.admin.delete(userPath(user.id)),
      );
      for (const stream of streams) await itIsOver(stream);
      expect((await actor.get('/users?subscribe')).status).toBe(action === 'block' ? 403 : 401);
    });

    it('when an administrator who watches another user’s tokens is demoted; streams that everyone may see continue', async () => {
      const { user, actor } = await administrator();
      const other = await canvus.person();
      const { id } = await canvus.token(other.user.id);
      const foreign = [
        await watch(tokensOf(other.user.id), actor.token),
        await watch(tokenPath(other.user.id, id), actor.token),
      ];
      const allowed = [await watch('/users', actor.token), await watch(tokensOf(user.id), actor.token)];
      await Promise.all([...foreign, ...allowed].map((stream) => stream.line(0)));
      ok(await canvus.admin.patch(userPath(user.id), { admin: false }));
      const secret = await canvus.token(other.user.id, 'not for their eyes');
      for (const stream of foreign) {
        expect(await stream.ended).toBe(true);
        expect(stream.lines.join('\n')).not.toContain(secret.id);
      }
      const own = await canvus.token(user.id, 'their own');
      await allowed[1]?.until(() => allowed[1]?.lines.at(-1)?.includes(own.id) === true);
      if (allowed[0]) await itGoesOn(allowed[0]);
      expect((await actor.get(`${tokensOf(other.user.id)}?subscribe`)).status).toBe(403);
    });

    it('continues when something else about the subscriber changes', async () => {
      const { user, actor } = await administrator();
      const other = await canvus.person();
      const stream = await watch(tokensOf(other.user.id), actor.token);
      await stream.line(0);
      ok(await canvus.admin.patch(userPath(user.id), { name: 'Renamed' }));
      const token = await canvus.token(other.user.id);
      expect(await stream.line<AccessToken[]>(1)).toMatchObject([{ id: token.id }]);
    });

    it('or never begins, when the token is revoked while the stream is being opened', async () => {
      for (let round = 0; round < 8; round += 1) {
        const { user, actor } = await canvus.person();
        const own = await canvus.token(user.id);
        const opening = Array.from({ length: 4 }, () => canvus.holder(own.plain_token).get('/users?subscribe'));
        const deletion = await actor.delete(tokenPath(user.id, own.id));
        // If the stream did not end, its reply would never arrive.
        const replies = await Promise.all(opening);
        ok(deletion);
        for (const { status } of replies) expect([200, 401]).toContain(status);
      }
    });

    it('is kept alive by blank lines while nothing happens', async () => {
      const { user, actor } = await canvus.person();
      const stream = await watch(userPath(user.id), actor.token);
      await stream.line(0);
      const begun = performance.now();
      await stream.until(() => stream.blanks === 3);
      expect(performance.now() - begun).toBeGreaterThan(900);
      expect(performance.now() - begun).toBeLessThan(5000);
      expect(stream.lines).toHaveLength(1);
    });
  },
  KEEPALIVE,
);

describe('a stream when the server begins to stop', () => {
  canvusSuite('every stream', (canvus) => {
    const watch = watching(canvus);

    it('ends cleanly, and a new one after its first line', async () => {
      const streams = await Promise.all(['/users', tokensOf(1000)].map((path) => watch(path)));
      await Promise.all(streams.map((stream) => stream.line(0)));
      canvus.server.app.get(Streams).endAll();
      for (const stream of streams) expect(await stream.ended).toBe(true);
      const late = await watch('/users');
      expect(await late.ended).toBe(true);
      expect(late.lines).toEqual([(await canvus.admin.get('/users')).text]);
    });
  });
});
