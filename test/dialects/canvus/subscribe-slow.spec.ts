/** Subscribers who do not read: they use little memory, are disconnected, and delay nobody. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { EventBus } from '../../../src/core/index.js';
import { Streams } from '../../../src/dialects/canvus/index.js';
import type { LineStream } from '../../support/line-stream.js';
import { RawConnection } from '../../support/raw-connection.js';
import { addTokens } from './many-rows.js';
import { assembled, watching } from './subscribers.js';
import { canvusSuite, ok, tokensOf, userPath, type AccessToken, type User } from './support.js';

/** About 4 KB on the wire. */
const LONG = '€'.repeat(990);

const MINUTE = 60_000;

canvusSuite('a subscriber who does not read', (canvus) => {
  const watch = watching(canvus);

  /** Subscribes, and reads the beginning of the first line. */
  const stuckOn = async (path: string, token: string): Promise<RawConnection> => {
    const target = `${canvus.server.basePath}/api/v1${path}?subscribe`;
    const head = `GET ${target} HTTP/1.1\r\nHost: x\r\nPrivate-Token: ${token}\r\n\r\n`;
    const connection = new RawConnection(canvus.server.baseUrl, head, true);
    await connection.until(() => connection.text.startsWith('HTTP/1.1 200 OK\r\n'));
    return connection;
  };

  /** Adds this many long tokens to a new user, faster than by requests. */
  const ownerOf = async (count: number): Promise<{ user: User; token: string }> => {
    const { user, actor } = await canvus.person();
    await addTokens(canvus.server, user.id, count, LONG);
    return { user, token: actor.token ?? '' };
  };

  /** Changes all tokens of a user without an event, as if on another instance. */
  const changeAll = async ({ id }: User, label: string): Promise<void> => {
    const { dataSource, app } = canvus.server;
    await dataSource.query(`UPDATE latchkey_token SET label = '${label}' WHERE user_id = ${String(id)}`);
    app.get(EventBus).resync();
  };

  const descriptions = (stream: LineStream): Set<string> =>
    new Set(assembled(stream.all<AccessToken[]>()).map(({ description }) => description));

  it('is disconnected when too much is queued for it, and delays nobody else', async () => {
    const { user, token } = await ownerOf(500);
    const stuck = await stuckOn(tokensOf(user.id), token);
    const reading = await watch(tokensOf(user.id), token);
    await reading.line(0);
    let sent = 0;
    // 2 MB each time: more than the operating system and the queue buffer for a client.
    for (let round = 0; round < 6; round += 1) {
      const label = `${String(round)} ${LONG}`;
      const before = reading.received;
      await changeAll(user, label);
      await reading.until(() => reading.lines.length > 501 * (round + 1));
      sent += reading.received - before;
    }
    expect(descriptions(reading)).toEqual(new Set([`5 ${LONG}`]));
    stuck.resume();
    await stuck.ended;
    expect(stuck.text.length).toBeLessThan(sent / 2);
    // Not as if the stream were complete.
    expect(stuck.text.endsWith('\r\n0\r\n\r\n')).toBe(false);
    // After reconnecting, the first line contains everything.
    const again = await watch(tokensOf(user.id), token);
    await again.line(0);
    expect(descriptions(again)).toEqual(new Set([`5 ${LONG}`]));
  });

  it('is disconnected when it reads nothing for a minute, but not when it reads a little or nothing is queued', async () => {
    const { user, token } = await ownerOf(2500);
    const [stuck, slow] = [await stuckOn(tokensOf(user.id), token), await stuckOn(tokensOf(user.id), token)];
    const idle = await watch(userPath(user.id), token);
    await idle.line(0);
    const { app } = canvus.server;
    const sweepAfter = (minutes: number): Promise<void> => app.get(Streams).sweep(performance.now() + minutes * MINUTE);
    // Until the system takes no more for them: a long line is written a piece in each turn.
    for (let turn = 0; turn < 500; turn += 1) await nextTick();
    await sweepAfter(0);
    slow.resume();
    // 5 MB: more than the system can buffer for a client.
    await slow.until(() => slow.text.length > 1_700_000);
    slow.pause();
    await sweepAfter(1.01);
    stuck.resume();
    await stuck.ended;
    // An incomplete line must not look complete.
    expect(stuck.text).not.toMatch(/\]\n/);
    expect(stuck.text.endsWith('\r\n0\r\n\r\n')).toBe(false);
    slow.resume();
    await slow.until(() => slow.text.includes(']\n\r\n'));
    ok(await canvus.admin.patch(userPath(user.id), { name: 'Still there' }));
    expect(await idle.line(1)).toMatchObject({ name: 'Still there' });
  });
});
