import { describe, expect, it } from '@jest/globals';
import { EventBus } from '../../../src/core/index.js';
import { watchQueries } from '../../support/queries.js';
import { RawConnection } from '../../support/raw-connection.js';
import { ADMIN } from '../../support/test-server.js';
import { assembled, watching } from './subscribers.js';
import { USER_KEYS, canvusSuite, newEmail, ok, userPath, type Canvus, type User } from './support.js';

const ON = [
  '?subscribe',
  '?subscribe=',
  '?subscribe=true',
  '?subscribe=1',
  '?subscribe=yes',
  '?%73ubscribe',
  '?subscrib%65=1',
  '?other=1&subscribe',
  '/?subscribe',
];

const OFF = ['', '?', '?subscribe=false', '?subscribe=0', '?subscribed', '?other=subscribe', '/?subscribe=0'];

/** Streams of previous tests may still be counted for a moment. */
const AMPLE = { CANVUS_STREAMS_PER_USER: '100', CANVUS_STREAMS_PER_TOKEN: '100' };

const newUser = async (canvus: Canvus): Promise<User> =>
  ok<User>(await canvus.admin.post('/users', { email: newEmail(), name: 'New' }));

canvusSuite(
  'GET users?subscribe',
  (canvus) => {
    const watch = watching(canvus);

    describe('200', () => {
      it.each(ON)('is a stream for users%s', async (form) => {
        const stream = await watch(`/users${form}`);
        await stream.line(0);
        const user = await newUser(canvus);
        expect(await stream.line(1)).toEqual([user]);
      });

      it.each(OFF)('is the plain answer for users%s', async (form) => {
        const reply = await canvus.admin.get(`/users${form}`);
        expect(reply.text).toBe((await canvus.admin.get('/users')).text);
        expect(reply.headers['transfer-encoding']).toBeUndefined();
      });

      it('is a plain HEAD for a HEAD', async () => {
        const [head, plain] = await Promise.all(
          ['/users?subscribe', '/users'].map((path) => canvus.admin.send('HEAD', path)),
        );
        expect([head?.status, head?.text]).toEqual([200, '']);
        expect(head?.headers['content-length']).toBe(plain?.headers['content-length']);
      });

      it('has the headers of a stream, and is never compressed', async () => {
        const stream = await watch('/users', ADMIN.token, { 'Accept-Encoding': 'gzip, deflate, br' });
        const plain = await canvus.admin.get('/users');
        expect(stream.headers).toMatchObject({
          'content-type': plain.headers['content-type'],
          'cache-control': 'no-cache, no-transform',
          'x-accel-buffering': 'no',
          'transfer-encoding': 'chunked',
        });
        expect(stream.headers).not.toHaveProperty('content-encoding');
        await stream.line(0);
      });

      it('has the same security headers as every answer', async () => {
        const stream = await watch('/users');
        const { headers } = await canvus.admin.get('/users');
        // A stream is never compressed, so it does not vary with what the client accepts.
        const ofWholeBodies = ['content-length', 'connection', 'etag', 'vary'];
        const ofPlain = Object.keys(headers).filter((name) => !ofWholeBodies.includes(name));
        expect(Object.keys(stream.headers)).toEqual(expect.arrayContaining(ofPlain));
      });

      it('begins with exactly the plain answer, on one line', async () => {
        await canvus.person({ name: 'Zoë "quoted" \u2028 line' });
        const stream = await watch('/users');
        await stream.line(0);
        expect(stream.lines[0]).toBe((await canvus.admin.get('/users')).text);
      });

      it('shows regular users the same', async () => {
        const { actor } = await canvus.person();
        const stream = await watch('/users', actor.token);
        await stream.line(0);
        expect(stream.lines[0]).toBe((await canvus.admin.get('/users')).text);
        const user = await newUser(canvus);
        expect(await stream.line(1)).toEqual([user]);
      });

      it('sends a creation, every kind of change and a deletion, each on one line with the full object', async () => {
        const stream = await watch('/users');
        await stream.line(0);
        const { admin } = canvus;
        const user = ok<User>(await admin.post('/users', { email: newEmail(), name: 'New', approved: false }));
        const path = (action = ''): string => userPath(user.id, action);
        const expected = [
          user,
          ok<User>(await admin.patch(path(), { name: 'Renamed' })),
          ok<User>(await admin.post(path('/approve'))),
          ok<User>(await admin.post(path('/block'))),
          ok<User>(await admin.post(path('/unblock'))),
          ok<User>(await admin.patch(path(), { admin: true })),
        ];
        await stream.until(() => assembled(stream.all<User[]>()).at(-1)?.admin === true);
        ok(await admin.delete(path()));
        await stream.until(() => stream.lines.at(-1)?.includes('deleted') === true);
        const lines = stream.all<User[]>().slice(1);
        // Changes in quick succession may be sent together.
        for (const line of lines) {
          expect(line).toHaveLength(1);
          expect([...expected, { ...expected.at(-1), state: 'deleted' }]).toContainEqual(line[0]);
          expect(Object.keys(line[0] ?? {})).toEqual(USER_KEYS);
        }
        expect(lines.at(-1)).toEqual([{ ...expected.at(-1), state: 'deleted' }]);
      });

      it('sends logins, as the time of the last one', async () => {
        const person = await canvus.person();
        const stream = await watch('/users');
        await stream.line(0);
        await canvus.login(person);
        const [user] = await stream.line<User[]>(1);
        expect(user?.id).toBe(person.user.id);
        expect(user?.last_login).not.toBe('');
      });

      it('sends nothing for changes that do not affect what is shown', async () => {
        const { user } = await canvus.person();
        const stream = await watch('/users');
        await stream.line(0);
        ok(await canvus.admin.post(userPath(user.id, '/password'), { new_password: 'another one' }));
        ok(await canvus.admin.patch(userPath(user.id), { name: user.name }));
        const other = await newUser(canvus);
        expect(await stream.line(1)).toEqual([other]);
      });

      it('sends the same lines to many subscribers', async () => {
        const streams = await Promise.all(Array.from({ length: 20 }, () => watch('/users')));
        await Promise.all(streams.map((stream) => stream.line(0)));
        const user = await newUser(canvus);
        for (const stream of streams) expect(await stream.line(1)).toEqual([user]);
      });

      it('loses no change between the first line and the next: a client assembles the actual state', async () => {
        for (let round = 0; round < 2; round += 1) {
          const writes = Array.from({ length: 9 }, async (_, at) => {
            const user = await newUser(canvus);
            ok(await canvus.admin.patch(userPath(user.id), { name: `Name ${String(at)}` }));
            if (at % 3 === 0) ok(await canvus.admin.delete(userPath(user.id)));
          });
          const streams = await Promise.all(Array.from({ length: 4 }, () => watch('/users')));
          await Promise.all(writes);
          const now = ok<User[]>(await canvus.admin.get('/users'));
          for (const stream of streams) {
            const isThere = (): boolean => JSON.stringify(ordered(assembled(stream.all()))) === JSON.stringify(now);
            await stream.until(isThere);
          }
          for (const stream of streams) stream.close();
        }
      });

      it('sends the differences after changes may have been missed', async () => {
        const [renamed, removed] = [await newUser(canvus), await newUser(canvus)];
        const stream = await watch('/users');
        await stream.line(0);
        const { dataSource, app } = canvus.server;
        await dataSource.query(`UPDATE latchkey_user SET name = 'Missed' WHERE id = ${String(renamed.id)}`);
        await dataSource.query(`DELETE FROM latchkey_user WHERE id = ${String(removed.id)}`);
        app.get(EventBus).resync();
        await stream.line(2);
        expect(stream.all().slice(1)).toEqual([[{ ...renamed, name: 'Missed' }], [{ ...removed, state: 'deleted' }]]);
      });

      it('causes no reads once the last subscriber has left', async () => {
        const { user } = await canvus.person();
        const change = async (name: string): Promise<number> => {
          const queries = watchQueries(canvus.server.dataSource);
          ok(await canvus.admin.patch(userPath(user.id), { name }));
          // Any read by a stream would have been made before the next answer.
          ok(await canvus.admin.get('/users'));
          queries.stop();
          return queries.statements.length;
        };
        const before = Math.min(await change('a'), await change('b'), await change('c'));
        const stream = await watch('/users');
        await stream.line(0);
        await change('watched');
        await stream.line(1);
        stream.close();
        await stream.ended;
        let after = Number.POSITIVE_INFINITY;
        for (let at = 0; at < 50 && after > before; at += 1) after = await change(`after ${String(at)}`);
        expect(after).toBeLessThanOrEqual(before);
      });

      it('waits behind another answer on the same connection', async () => {
        const get = (path: string): string =>
          `GET ${canvus.server.basePath}/api/v1${path} HTTP/1.1\r\nHost: x\r\nPrivate-Token: ${ADMIN.token}\r\n\r\n`;
        const plain = (await canvus.admin.get('/users/1000')).text;
        const raw = new RawConnection(canvus.server.baseUrl, get('/users/1000') + get('/users?subscribe'));
        await raw.until(() => raw.text.includes(`${plain}HTTP/1.1 200 OK\r\n`) && raw.text.includes(']\n\r\n'));
        const user = await newUser(canvus);
        await raw.until(() => raw.text.includes(`\r\n[${JSON.stringify(user)}]\n\r\n`));
      });

      it('is sent without chunked encoding to HTTP/1.0 clients', async () => {
        const { user } = await canvus.person();
        const path = `${canvus.server.basePath}/api/v1${userPath(user.id)}?subscribe`;
        const raw = new RawConnection(
          canvus.server.baseUrl,
          `GET ${path} HTTP/1.0\r\nPrivate-Token: ${ADMIN.token}\r\n\r\n`,
        );
        await raw.until(() => raw.text.endsWith(`\r\n\r\n${JSON.stringify(user)}\n`));
        ok(await canvus.admin.delete(userPath(user.id)));
        await raw.ended;
        expect(raw.text).toMatch(/"state":"deleted"}\n$/);
      });
    });
  },
  AMPLE,
);

canvusSuite('GET users/:id?subscribe', (canvus) => {
  const watch = watching(canvus);

  it('begins with the plain answer, sends each change as one object, and ends with the deletion', async () => {
    const { user } = await canvus.person();
    const stream = await watch(userPath(user.id));
    await stream.line(0);
    expect(stream.lines[0]).toBe((await canvus.admin.get(userPath(user.id))).text);
    const renamed = ok<User>(await canvus.admin.patch(userPath(user.id), { name: 'Renamed' }));
    expect(await stream.line(1)).toEqual(renamed);
    ok(await canvus.admin.delete(userPath(user.id)));
    expect(await stream.ended).toBe(true);
    expect(stream.all().slice(2)).toEqual([{ ...renamed, state: 'deleted' }]);
    expect(stream.rest).toBe('');
  });

  it('sends no other user', async () => {
    const [one, other] = [await canvus.person(), await canvus.person()];
    const stream = await watch(userPath(one.user.id));
    await stream.line(0);
    ok(await canvus.admin.patch(userPath(other.user.id), { name: 'Other' }));
    const renamed = ok<User>(await canvus.admin.patch(userPath(one.user.id), { name: 'One' }));
    expect(await stream.line(1)).toEqual(renamed);
  });

  it.each(['?subscribe', '/?subscribe=1'])('lets regular users watch others: %s', async (form) => {
    const [one, other] = [await canvus.person(), await canvus.person()];
    const stream = await watch(`${userPath(one.user.id)}${form}`, other.actor.token);
    expect(await stream.line(0)).toEqual(one.user);
  });
});

function ordered(users: User[]): User[] {
  return users.sort((a, b) => a.id - b.id);
}
