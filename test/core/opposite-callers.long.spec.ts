/** Callers who change each other: neither waits for the other indefinitely, and one of them comes first. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SYSTEM, type Transaction } from '../../src/core/index.js';
import { AccessToken } from '../../src/dialects/crm/access-token.entity.js';
import { actors, tokenPath, userPath, type Actors, type CreatedAccessToken } from '../dialects/canvus/support.js';
import { cast, memberPath, type Cloudflare } from '../dialects/cloudflare/support.js';
import { Client, data } from '../dialects/crm/support.js';
import { administer, onBothEngines } from '../support/engines.js';
import type { Reply } from '../support/http.js';
import { until } from '../instances/pair.js';
import { servicesOf } from '../support/services.js';
import { migratedDatabase } from '../support/templates.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';

const ROUNDS = 12;

onBothEngines('callers who change each other at the same moment', (engine) => {
  let server: TestServer;
  let canvus: Actors;
  let cf: Cloudflare;

  beforeAll(async () => {
    const database = await migratedDatabase(engine, 'standalone');
    // A deadlock is not detected and resolved, but fails at the first time limit.
    if (engine === 'postgres') await administer(`ALTER DATABASE ${database.name} SET deadlock_timeout = '1h'`);
    server = await startServer(engine, {}, database);
    [canvus, cf] = [actors(server), cast(server)];
  });
  afterAll(() => server.close());

  async function statusesOf(...calls: (() => Promise<Reply>)[]): Promise<number[]> {
    return (await Promise.all(calls.map((call) => call()))).map(({ status }) => status).sort();
  }

  it('two tokens of one user that delete each other: one is deleted, the other not', async () => {
    const { user } = await canvus.person();
    for (let round = 0; round < ROUNDS; round += 1) {
      const tokens = [await canvus.token(user.id), await canvus.token(user.id)] as const;
      const deletes = (by: CreatedAccessToken, what: CreatedAccessToken) => () =>
        canvus.holder(by.plain_token).delete(tokenPath(user.id, what.id));
      const [one, other] = tokens;
      expect(await statusesOf(deletes(one, other), deletes(other, one))).toEqual([200, 401]);
    }
  });

  it('a token that deletes itself, many times at once: it is deleted', async () => {
    const { user } = await canvus.person();
    for (let round = 0; round < ROUNDS; round += 1) {
      const token = await canvus.token(user.id);
      const remove = (): Promise<Reply> => canvus.holder(token.plain_token).delete(tokenPath(user.id, token.id));
      const statuses = await statusesOf(remove, remove, remove, remove);
      expect([...new Set(statuses)].filter((status) => ![200, 401, 404].includes(status))).toEqual([]);
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
      expect((await canvus.holder(token.plain_token).get('/users')).status).toBe(401);
    }
  });

  it('two administrators of the server who block each other: one is blocked, the other not', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [one, other] = [await canvus.person({ admin: true }), await canvus.person({ admin: true })];
      const statuses = await statusesOf(
        () => one.actor.post(userPath(other.user.id, '/block')),
        () => other.actor.post(userPath(one.user.id, '/block')),
      );
      expect(statuses).toEqual([200, 403]);
    }
  });

  it('two administrators of an account who demote each other: one is demoted, the other not', async () => {
    const account = await cf.account();
    for (let round = 0; round < ROUNDS; round += 1) {
      const one = await cf.memberOf(account, 'administrator');
      const other = await cf.memberOf(account, 'administrator');
      const demoted = { roles: ['read_only'] };
      const statuses = await statusesOf(
        () => one.caller.put(memberPath(account, other.memberId), demoted),
        () => other.caller.put(memberPath(account, one.memberId), demoted),
      );
      expect(statuses).toEqual([200, 403]);
    }
  });

  it('a member whose role is changed while they are deleted: both are done, or the second finds nothing', async () => {
    const account = await cf.account();
    for (let round = 0; round < ROUNDS; round += 1) {
      const administrator = await cf.memberOf(account, 'administrator');
      const member = await cf.memberOf(account, 'administrator');
      const [changed, deleted] = await Promise.all([
        administrator.caller.put(memberPath(account, member.memberId), { roles: ['read_only'] }),
        canvus.admin.delete(userPath(member.userId)),
      ]);
      expect([200, 404]).toContain(changed.status);
      expect(deleted.status).toBe(200);
    }
  });

  it('a user who logs in while being made administrator, and one who logs in while another is blocked', async () => {
    const person = await canvus.person({ admin: true });
    for (let round = 0; round < ROUNDS; round += 1) {
      const other = await canvus.person({ admin: true });
      const { email, password } = person;
      const statuses = await statusesOf(
        () => canvus.anonymous.post('/users/login', { email, password }),
        () => canvus.admin.post(userPath(other.user.id, '/block')),
        () => canvus.admin.patch(userPath(person.user.id), { name: `Name ${String(round)}` }),
      );
      expect(statuses).toEqual([200, 200, 200]);
    }
  });

  it('a change of a CRM access token that waits for the token holds no row that others may wait for', async () => {
    if (engine === 'sqlite') return;
    const login = { username: ADMIN.email, password: ADMIN.password, organisation: ACCOUNT.name };
    const session = (await new Client(server).post('authentication/token', login)).json<{ data: { token: string } }>();
    const client = new Client(server, session.data.token);
    const names = { authentication_code: 'code', identifier: 'identifier', pass_code: 'pass' };
    data(await client.post('access_tokens/create', names));
    const { id } = await server.dataSource.getRepository(AccessToken).findOneByOrFail({ handle: 'code' });
    let changing: Promise<Reply> | undefined;
    await servicesOf(server).unitOfWork.write(SYSTEM, async (tx) => {
      await tx.lockShared(AccessToken, { id });
      changing = client.post('access_tokens/set_as_not_effective', {
        access_token_identifier: { authentication_code: 'code' },
      });
      await until(async () => (await waiters(tx)) > 0);
      await tx.manager.query('SELECT 1 FROM latchkey_token WHERE id = $1 FOR UPDATE NOWAIT', [id]);
    });
    if (changing) data(await changing);
  });

  async function waiters({ manager }: Transaction): Promise<number> {
    const [row] = await manager.query<{ waiting: number }[]>(
      `SELECT count(*)::int AS waiting FROM pg_locks JOIN pg_database ON pg_database.oid = database
       WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted`,
    );
    return row?.waiting ?? 0;
  }
});
