/** Which users regular users see: with several accounts, only those with whom they share one. */
import { describe, expect, it } from '@jest/globals';
import { onBothEngines } from '../../support/engines.js';
import type { LineStream } from '../../support/line-stream.js';
import { ACCOUNT, ADMIN, startInMount } from '../../support/test-server.js';
import { addUsers } from './many-rows.js';
import { assembled } from './subscribers.js';
import { actors, ok, refusal, userPath, type Person, type User } from './support.js';
import { tenants } from './tenants.js';

const seenBy = async ({ actor }: Person): Promise<number[]> =>
  ok<User[]>(await actor.get('/users')).map(({ id }) => id);

const ids = (...people: Person[]): number[] => people.map(({ user }) => user.id).sort((one, other) => one - other);

/** What a client has in the end who does what the lines say. */
const held = (stream: LineStream): number[] =>
  assembled(stream.all<User[]>())
    .map(({ id }) => id)
    .sort((one, other) => one - other);

onBothEngines('a regular user', (engine) => {
  it('sees everybody while there is one account, and from the second on only members of the own accounts', async () => {
    const canvus = await tenants(engine);
    const [anna, berta, clara] = [await canvus.person(), await canvus.person(), await canvus.person()];
    const everybody = [ADMIN.id, ...ids(anna, berta, clara)];
    expect(await seenBy(anna)).toEqual(everybody);
    const b = await canvus.newAccount();
    expect(await seenBy(anna)).toEqual(ids(anna));
    await canvus.join(anna, b);
    await canvus.join(berta, b, 'administrator');
    await canvus.join(clara, ACCOUNT.id);
    expect(await seenBy(anna)).toEqual(ids(anna, berta));
    expect(await seenBy(berta)).toEqual(ids(anna, berta));
    expect(await seenBy(clara)).toEqual([ADMIN.id, ...ids(clara)]);
    expect(ok<User[]>(await canvus.admin.get('/users')).map(({ id }) => id)).toEqual(everybody);
    await canvus.accounts('DELETE', `/${b}`);
    expect(await seenBy(anna)).toEqual(everybody);
    await canvus.server.close();
  });

  it('gets for a user of others what an id gets that does not exist', async () => {
    const canvus = await tenants(engine, { USERS_VISIBLE_TO: 'members' });
    const [anna, berta] = [await canvus.person(), await canvus.person()];
    for (const query of ['', '?subscribe']) {
      const hidden = refusal(await anna.actor.get(userPath(berta.user.id, query)), 404);
      const unknown = refusal(await anna.actor.get(userPath(999_999, query)), 404);
      expect(hidden.replace(String(berta.user.id), '999999')).toBe(unknown);
    }
    expect(ok<User>(await anna.actor.get(userPath(anna.user.id))).email).toBe(anna.email);
    expect(ok<User>(await canvus.admin.get(userPath(berta.user.id))).email).toBe(berta.email);
    for (const person of [anna, berta]) await canvus.join(person, ACCOUNT.id);
    expect(ok<User>(await anna.actor.get(userPath(berta.user.id))).email).toBe(berta.email);
    await canvus.server.close();
  });

  it('sees everybody if the setting says so', async () => {
    const canvus = await tenants(engine, { USERS_VISIBLE_TO: 'everyone' });
    const [anna, berta] = [await canvus.person(), await canvus.person()];
    await canvus.newAccount();
    expect(await seenBy(anna)).toEqual([ADMIN.id, ...ids(anna, berta)]);
    await canvus.server.close();
  });

  it('sees nobody through an account that was deleted, while its rows are being removed', async () => {
    const canvus = await tenants(engine, { USERS_VISIBLE_TO: 'members' });
    const [anna, berta] = [await canvus.person(), await canvus.person()];
    const b = await canvus.newAccount();
    for (const person of [anna, berta]) await canvus.join(person, b);
    expect(await seenBy(anna)).toEqual(ids(anna, berta));
    // As if the account had more rows than are removed with it.
    await canvus.server.dataSource.query(`DELETE FROM "latchkey_account" WHERE "id" = '${b}'`);
    expect(await seenBy(anna)).toEqual(ids(anna));
    refusal(await anna.actor.get(userPath(berta.user.id)), 404);
    await canvus.server.close();
  });

  it('sees all members of a large account, and no others', async () => {
    const canvus = await tenants(engine, { USERS_VISIBLE_TO: 'members' });
    const [anna, other] = [await canvus.person(), await canvus.person()];
    await canvus.join(anna, ACCOUNT.id);
    await addUsers(canvus.server, 450);
    await canvus.server.dataSource.query(
      `INSERT INTO "latchkey_membership" ("id", "account_id", "user_id", "role", "created_at")
       SELECT 'member' || "id", '${ACCOUNT.id}', "id", 'read_only', 0 FROM "latchkey_user"
       WHERE "id" > ${String(other.user.id)}`,
    );
    const seen = await seenBy(anna);
    expect(seen).toHaveLength(452);
    expect(seen).not.toContain(other.user.id);
    await canvus.server.close();
  });
});

onBothEngines('a stream of users', (engine) => {
  it('ends when a second account comes, and shows the own accounts when it is opened again', async () => {
    const canvus = await tenants(engine);
    const [anna, berta] = [await canvus.person(), await canvus.person()];
    const users = await canvus.watch('/users', anna.actor.token);
    const other = await canvus.watch(userPath(berta.user.id), anna.actor.token);
    const own = await canvus.watch(userPath(anna.user.id), anna.actor.token);
    await Promise.all([users, other, own].map((stream) => stream.line(0)));
    await canvus.newAccount();
    ok(await canvus.admin.patch(userPath(berta.user.id), { name: 'Not to be seen' }));
    expect(await Promise.all([users.ended, other.ended])).toEqual([true, true]);
    expect([...users.lines, ...other.lines].join()).not.toContain('Not to be seen');
    ok(await canvus.admin.patch(userPath(anna.user.id), { name: 'Still to be seen' }));
    expect(await own.line<User>(1)).toMatchObject({ name: 'Still to be seen' });
    const again = await canvus.watch('/users', anna.actor.token);
    expect((await again.line<User[]>(0)).map(({ id }) => id)).toEqual(ids(anna));
    await canvus.server.close();
  });

  it('follows the memberships of the own accounts', async () => {
    const canvus = await tenants(engine);
    const [anna, berta, clara] = [await canvus.person(), await canvus.person(), await canvus.person()];
    const b = await canvus.newAccount();
    const membership = await canvus.join(berta, b);
    const stream = await canvus.watch('/users', anna.actor.token);
    await stream.line(0);
    expect(held(stream)).toEqual(ids(anna));
    const own = await canvus.join(anna, b);
    await stream.until(() => held(stream).length === 2);
    ok(await canvus.admin.patch(userPath(berta.user.id), { name: 'Seen' }));
    await stream.until(() => stream.lines.join().includes('Seen'));
    ok(await canvus.admin.patch(userPath(clara.user.id), { name: 'Not to be seen' }));
    await canvus.join(clara, b);
    await stream.until(() => held(stream).length === 3);
    await canvus.accounts('DELETE', membership);
    ok(await canvus.admin.patch(userPath(berta.user.id), { name: 'Left' }));
    await stream.until(() => held(stream).length === 2);
    await canvus.accounts('DELETE', own);
    await stream.until(() => held(stream).length === 1);
    expect(held(stream)).toEqual(ids(anna));
    expect(stream.lines.join()).not.toContain('Left');
    await canvus.server.close();
  });

  it('of a user ends when the last account that both share is left by either', async () => {
    const canvus = await tenants(engine, { USERS_VISIBLE_TO: 'members' });
    const [anna, berta] = [await canvus.person(), await canvus.person()];
    for (const leaves of [anna, berta]) {
      const b = await canvus.newAccount();
      const [ofAnna, ofBerta] = [await canvus.join(anna, b), await canvus.join(berta, b)];
      const stream = await canvus.watch(userPath(berta.user.id), anna.actor.token);
      await stream.line(0);
      await canvus.accounts('DELETE', leaves === anna ? ofAnna : ofBerta);
      ok(await canvus.admin.patch(userPath(berta.user.id), { name: `Not to be seen in ${b}` }));
      expect(await stream.ended).toBe(true);
      expect(stream.lines.join()).not.toContain(b);
      await canvus.accounts('DELETE', leaves === anna ? ofBerta : ofAnna);
    }
    await canvus.server.close();
  });

  it('ends for an administrator who is demoted, and grows for a user who becomes one', async () => {
    const canvus = await tenants(engine, { USERS_VISIBLE_TO: 'members' });
    const [anna, berta] = [await canvus.person(), await canvus.person({ admin: true })];
    const [small, whole] = [
      await canvus.watch('/users', anna.actor.token),
      await canvus.watch('/users', berta.actor.token),
    ];
    await Promise.all([small, whole].map((stream) => stream.line(0)));
    expect([held(small), held(whole)]).toEqual([ids(anna), [ADMIN.id, ...ids(anna, berta)]]);
    ok(await canvus.admin.patch(userPath(berta.user.id), { admin: false }));
    ok(await canvus.admin.patch(userPath(anna.user.id), { admin: true }));
    expect(await whole.ended).toBe(true);
    await small.until(() => held(small).length === 3);
    ok(await canvus.admin.patch(userPath(anna.user.id), { admin: false }));
    await small.until(() => held(small).length === 1);
    ok(await canvus.admin.patch(userPath(berta.user.id), { name: 'Not to be seen' }));
    ok(await canvus.admin.patch(userPath(anna.user.id), { name: 'The last' }));
    await small.until(() => small.lines.join().includes('The last'));
    expect(small.lines.join()).not.toContain('Not to be seen');
    await canvus.server.close();
  });
});

describe('USERS_VISIBLE_TO', () => {
  it('hides users on another instance from the moment on at which the account is there', async () => {
    const here = await tenants('postgres');
    const database = { ...here.server.database, drop: () => Promise.resolve() };
    const there = await startInMount('postgres', {}, database);
    const [anna] = [await here.person(), await here.person()];
    const ask = async (): Promise<User[]> =>
      ok<User[]>(
        await actors(there)
          .holder(anna.actor.token ?? '')
          .get('/users'),
      );
    expect(await ask()).toHaveLength(3);
    await here.newAccount();
    expect(await ask()).toHaveLength(1);
    await there.close();
    await here.server.close();
  });
});
