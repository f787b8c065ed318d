/** Streams of one instance that show what is done on another, over one PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { A_LISTENERS_QUERY } from '../../instances/cluster.js';
import { createDatabase, type TestDatabase } from '../../support/engines.js';
import { startInMount } from '../../support/test-server.js';
import { membersOf, newGroup, type Group } from './group-cases.js';
import { assembled, watching } from './subscribers.js';
import {
  actors,
  newEmail,
  ok,
  tokenPath,
  tokensOf,
  userPath,
  type AccessToken,
  type Canvus,
  type User,
} from './support.js';

type Shown = User | AccessToken | Group;

const AMPLE = { CANVUS_STREAMS_PER_USER: '100', CANVUS_STREAMS_PER_TOKEN: '100' };

describe('a stream on one of two instances', () => {
  const here = {} as Canvus;
  const there = {} as Canvus;
  const watch = watching(here);
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase('postgres');
    const shared = { ...database, drop: () => Promise.resolve() };
    for (const canvus of [there, here]) {
      const server = await startInMount('postgres', AMPLE, shared);
      Object.assign(canvus, actors(server), { server });
    }
  });
  afterAll(async () => {
    await Promise.all([here, there].map(({ server }) => server.close()));
    await database.drop();
  });

  const newUser = async (canvus: Canvus, name = 'New'): Promise<User> =>
    ok<User>(await canvus.admin.post('/users', { email: newEmail(), name }));

  /** Cuts the connections on which instances receive changes. */
  const deafen = async (): Promise<void> => {
    const { dataSource } = there.server;
    const cut = await dataSource.query<unknown[]>(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ~ '${A_LISTENERS_QUERY}'`,
    );
    expect(cut.length).toBeGreaterThan(0);
  };

  it('shows changes made on the other', async () => {
    const { user, actor } = await there.person();
    const [users, tokens] = [await watch('/users', actor.token), await watch(tokensOf(user.id), actor.token)];
    await Promise.all([users, tokens].map((stream) => stream.line(0)));
    const renamed = ok<User>(await there.admin.patch(userPath(user.id), { name: 'Renamed' }));
    expect(await users.line(1)).toEqual([renamed]);
    const { plain_token: _plain, ...token } = await there.token(user.id);
    expect(await tokens.line(1)).toEqual([token]);
    ok(await there.admin.delete(tokenPath(user.id, token.id)));
    expect(await tokens.line(2)).toEqual([{ ...token, state: 'deleted' }]);
  });

  it('shows nothing that happens after a revocation on the other, and ends', async () => {
    const { user, actor } = await there.person();
    const own = await there.token(user.id);
    const stream = await watch('/users', own.plain_token);
    await stream.line(0);
    ok(await actor.post('/users/login', { token: own.plain_token }));
    ok(await there.admin.delete(tokenPath(user.id, own.id)));
    const afterwards = await newUser(there, 'Afterwards');
    expect(await stream.ended).toBe(true);
    expect(stream.lines.join('\n')).not.toContain(afterwards.email);
  });

  it('catches up after its instance missed changes for a while, and ends if access was lost', async () => {
    const { user, actor } = await there.person();
    const [kept, revoked] = [await there.token(user.id), await there.token(user.id)];
    const users = await watch('/users', kept.plain_token);
    const tokens = await watch(tokensOf(user.id), kept.plain_token);
    const ends = await watch('/users', revoked.plain_token);
    await Promise.all([users, tokens, ends].map((stream) => stream.line(0)));
    for (let round = 0; round < 3; round += 1) {
      const cut = deafen();
      await Promise.all(Array.from({ length: 5 }, () => newUser(there, `Round ${String(round)}`)));
      ok(await actor.patch(tokenPath(user.id, kept.id), { description: `Round ${String(round)}` }));
      await cut;
      if (round === 1) ok(await there.admin.delete(tokenPath(user.id, revoked.id)));
      const [listed, owned] = [
        ok<User[]>(await there.admin.get('/users')),
        ok<AccessToken[]>(await actor.get(tokensOf(user.id))),
      ];
      await users.until(() => sameObjects(assembled(users.all<User[]>()), listed));
      await tokens.until(() => sameObjects(assembled(tokens.all<AccessToken[]>()), owned));
    }
    expect(await ends.ended).toBe(true);
  });

  it('shows groups and members that are changed on the other, and ends with them', async () => {
    const [{ user, actor }, joining] = [await there.person(), await there.person()];
    const group = await newGroup(there);
    const path = `/groups/${String(group.id)}`;
    const groups = await watch('/groups', actor.token);
    const [one, members] = [await watch(path, actor.token), await watch(membersOf(group), actor.token)];
    await Promise.all([groups, one, members].map((stream) => stream.line(0)));
    const renamed = ok<Group>(await there.admin.patch(path, { name: 'Renamed on the other' }));
    expect([await groups.line(1), await one.line(1)]).toEqual([[renamed], renamed]);
    ok(await there.admin.post(membersOf(group), { id: joining.user.id }));
    expect(await members.line(1)).toEqual([joining.user]);
    const changed = ok<User>(await there.admin.patch(userPath(joining.user.id), { name: 'Changed' }));
    expect(await members.line(2)).toEqual([changed]);
    ok(await there.admin.delete(`${membersOf(group)}/${String(joining.user.id)}`));
    expect(await members.line(3)).toEqual([{ ...changed, state: 'deleted' }]);
    ok(await there.admin.post(membersOf(group), { id: user.id }));
    expect(await members.line(4)).toEqual([user]);
    ok(await there.admin.delete(path));
    expect(await groups.line(2)).toEqual([{ ...renamed, state: 'deleted' }]);
    expect([await one.line(2), await one.ended]).toEqual([{ ...renamed, state: 'deleted' }, true]);
    expect([await members.line(5), await members.ended]).toEqual([[{ ...user, state: 'deleted' }], true]);
  });

  it('catches up with groups and members after its instance missed changes for a while', async () => {
    const { actor } = await there.person();
    const group = await newGroup(there);
    const gone = await newGroup(there);
    const groups = await watch('/groups', actor.token);
    const members = await watch(membersOf(group), actor.token);
    const ends = await watch(membersOf(gone), actor.token);
    await Promise.all([groups, members, ends].map((stream) => stream.line(0)));
    for (let round = 0; round < 2; round += 1) {
      const [staying, leaving] = [await there.person(), await there.person()];
      ok(await there.admin.post(membersOf(group), { id: leaving.user.id }));
      const cut = deafen();
      ok(await there.admin.delete(`${membersOf(group)}/${String(leaving.user.id)}`));
      ok(await there.admin.post(membersOf(group), { id: staying.user.id }));
      await newGroup(there);
      if (round === 1) ok(await there.admin.delete(`/groups/${String(gone.id)}`));
      await cut;
      const [listed, belonging] = [
        ok<Group[]>(await there.admin.get('/groups')),
        ok<User[]>(await there.admin.get(membersOf(group))),
      ];
      await groups.until(() => sameObjects(assembled(groups.all<Group[]>()), listed));
      await members.until(() => sameObjects(assembled(members.all<User[]>()), belonging));
    }
    expect(await ends.ended).toBe(true);
  });

  it('loses no change made on either while it is opened', async () => {
    const { user, actor } = await there.person();
    for (let round = 0; round < 3; round += 1) {
      const writes = [here, there, here, there].flatMap((canvus) =>
        Array.from({ length: 3 }, async () => {
          const { id } = await canvus.token(user.id);
          ok(await canvus.admin.patch(tokenPath(user.id, id), { description: 'changed' }));
          if (round > 0) ok(await canvus.admin.delete(tokenPath(user.id, id)));
        }),
      );
      const streams = await Promise.all(Array.from({ length: 4 }, () => watch(tokensOf(user.id), actor.token)));
      await Promise.all(writes);
      const owned = ok<AccessToken[]>(await actor.get(tokensOf(user.id)));
      for (const stream of streams) {
        await stream.until(() => sameObjects(assembled(stream.all<AccessToken[]>()), owned));
      }
    }
  });
});

function sameObjects(some: readonly Shown[], others: readonly Shown[]): boolean {
  const text = (objects: readonly object[]): string =>
    objects
      .map((object) => JSON.stringify(object))
      .sort()
      .join();
  return text(some) === text(others);
}
