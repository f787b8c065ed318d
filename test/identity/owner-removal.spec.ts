/** Accounts and users with many rows are gone at once; their rows follow in small transactions, whatever happens. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SYSTEM, Secret, UnitOfWork } from '../../src/core/index.js';
import { CleanupJob, SessionService, TokenRevalidator } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { addMany } from '../support/many-rows.js';
import { watchQueries } from '../support/queries.js';
import { issueToken, servicesOf } from '../support/services.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';

/** More than one transaction removes, of each of three kinds. */
const MANY = 450;

const AS_ADMIN = { Authorization: `Bearer ${ADMIN.token}`, 'Private-Token': ADMIN.token };
const ACCOUNT_PATH = `/client/v4/accounts/${ACCOUNT.id}`;

type Headers = Readonly<Record<string, string>>;

onBothEngines('the deletion of an owner with many rows', (engine) => {
  let server: TestServer;
  let userId: number;
  let ofAccount: Headers;
  let ofUser: Headers;

  const ask = (method: string, path: string, headers: Headers, body?: object, to = server): Promise<Reply> =>
    send(to.baseUrl, method, path, { headers, ...(body && { body: JSON.stringify(body) }) });

  const verify = async (headers: Headers, to = server): Promise<number> =>
    (await ask('GET', '/verify', headers, undefined, to)).status;

  async function count(where: string, to = server): Promise<number> {
    const [row] = await to.dataSource.query<{ count: number | string }[]>(`SELECT COUNT(*) AS count FROM ${where}`);
    return Number(row?.count);
  }

  const leftOfAccount = async (to = server): Promise<number> =>
    (await count(`latchkey_token WHERE account_id = '${ACCOUNT.id}'`, to)) +
    (await count(`latchkey_membership WHERE account_id = '${ACCOUNT.id}'`, to));

  const leftOfUser = (to = server): Promise<number> => count(`latchkey_token WHERE user_id = ${String(userId)}`, to);

  async function until(isTrue: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 15_000;
    while (!(await isTrue())) {
      if (Date.now() > deadline) throw new Error('did not happen in time');
      await delay(10);
    }
  }

  async function start(env: Record<string, string> = {}): Promise<void> {
    server = await startServer(engine, { VERIFY_WITHOUT_ACCOUNT: 'true', ...env });
    await addMany(server, MANY);
    const made = await ask('POST', `${ACCOUNT_PATH}/access/service_tokens`, AS_ADMIN, { name: 'mine' });
    const { client_id, client_secret } = made.json<{ result: Record<string, string> }>().result;
    ofAccount = { 'CF-Access-Client-Id': String(client_id), 'CF-Access-Client-Secret': String(client_secret) };
    const [user] = await server.dataSource.query<{ id: number }[]>(
      `SELECT id FROM latchkey_user WHERE email = 'many-7@example.com'`,
    );
    userId = Number(user?.id);
    const { secret } = await issueToken(servicesOf(server), { userId });
    ofUser = { 'Private-Token': secret.reveal() };
    await server.dataSource.query(
      `UPDATE latchkey_token SET user_id = ${String(userId)} WHERE kind = 'personal_token' AND label LIKE 'token %'`,
    );
    expect([await verify(ofAccount), await verify(ofUser)]).toEqual([200, 200]);
  }

  describe.each<Record<string, string>>([{}, { CREDENTIAL_CACHE_ENTRIES: '0' }])('with %j', (env) => {
    beforeAll(() => start(env));
    afterAll(() => server.close());

    it('ends the tokens of an account at once, and removes its rows a few at a time', async () => {
      const watch = watchQueries(server.dataSource);
      expect((await ask('DELETE', ACCOUNT_PATH, AS_ADMIN)).status).toBe(200);
      expect(await leftOfAccount()).toBeGreaterThan(0);
      expect(await verify(ofAccount)).not.toBe(200);
      expect((await ask('GET', `${ACCOUNT_PATH}/access/service_tokens`, AS_ADMIN)).status).toBe(404);
      await until(async () => (await count('latchkey_removed_owner')) === 0);
      watch.stop();
      expect(await leftOfAccount()).toBe(0);
      expect(await verify(ofAccount)).not.toBe(200);
      const removals = watch.queries.filter(({ query }) => /^DELETE FROM "latchkey_(token|membership)" /.test(query));
      expect(removals.length).toBeGreaterThanOrEqual(6);
      for (const { parameters } of removals) expect(parameters.length).toBeLessThanOrEqual(201);
      const details = await detailsOf('account.deleted');
      expect(details).toMatchObject({ tokens: 2 * MANY + 1 });
    });

    it('ends the tokens of a user at once, and removes them a few at a time', async () => {
      expect((await ask('DELETE', `/api/v1/users/${String(userId)}`, AS_ADMIN)).status).toBe(200);
      expect(await leftOfUser()).toBeGreaterThan(0);
      expect(await verify(ofUser)).not.toBe(200);
      await until(async () => (await count('latchkey_removed_owner')) === 0);
      expect(await leftOfUser()).toBe(0);
      expect(await detailsOf('user.deleted')).toMatchObject({ tokens: MANY + 1 });
    });

    async function detailsOf(action: string): Promise<unknown> {
      const [row] = await server.dataSource.query<{ details: string }[]>(
        `SELECT details FROM latchkey_audit WHERE action = '${action}'`,
      );
      return JSON.parse(row?.details ?? '');
    }
  });

  it('is finished after a restart, and nothing that is left is accepted meanwhile', async () => {
    await start();
    await ask('DELETE', ACCOUNT_PATH, AS_ADMIN);
    await ask('DELETE', `/api/v1/users/${String(userId)}`, AS_ADMIN);
    // The removal ends with the server, after the transaction under way.
    await server.stop();
    const later = await startServer(engine, { VERIFY_WITHOUT_ACCOUNT: 'true' }, server.database);
    expect((await leftOfAccount(later)) + (await leftOfUser(later))).toBeGreaterThan(0);
    expect([await verify(ofAccount, later), await verify(ofUser, later)]).not.toContain(200);
    await refusesAuthors(later);
    await later.app.get(CleanupJob).run();
    expect(
      await Promise.all([leftOfAccount(later), leftOfUser(later), count('latchkey_removed_owner', later)]),
    ).toEqual([0, 0, 0]);
    await later.close();
  });

  /** Requests that were let in before the deletion was answered change nothing afterwards, and their streams end. */
  async function refusesAuthors(to: TestServer): Promise<void> {
    const left = await to.dataSource.query<{ id: string; user_id: number | null }[]>(
      `SELECT id, user_id FROM latchkey_token WHERE account_id = '${ACCOUNT.id}' OR user_id = ${String(userId)} LIMIT 1000`,
    );
    const ofBoth = [left.find(({ user_id }) => user_id === null), left.find(({ user_id }) => user_id !== null)];
    for (const token of ofBoth) {
      const tokenId = token?.id ?? '';
      const kind = token?.user_id === null ? 'service' : 'user';
      const actor = { ...SYSTEM, kind, userId: token?.user_id ?? null, tokenId } as const;
      const work = to.app.get(UnitOfWork).write(actor, () => Promise.resolve('written'));
      await expect(work).rejects.toMatchObject({ code: 'unauthenticated' });
      const statuses = await to.app.get(TokenRevalidator).statusesOf([tokenId]);
      expect(statuses.get(tokenId)).toEqual({ status: 'refused' });
    }
  }

  it('of few rows is done in one transaction', async () => {
    server = await startServer(engine);
    const { id } = (await ask('POST', '/client/v4/accounts', AS_ADMIN, { name: 'Small' })).json<{
      result: { id: string };
    }>().result;
    await ask('POST', `/client/v4/accounts/${id}/access/service_tokens`, AS_ADMIN, { name: 'one' });
    await ask('DELETE', `/client/v4/accounts/${id}`, AS_ADMIN);
    expect(await count(`latchkey_token WHERE account_id = '${id}'`)).toBe(0);
    expect(await count('latchkey_removed_owner')).toBe(0);
    await server.close();
  });

  it('leaves no login to an account that is deleted while its password is checked', async () => {
    server = await startServer(engine);
    const isAllowed = async (): Promise<boolean> => (await ask('DELETE', ACCOUNT_PATH, AS_ADMIN)).status === 200;
    const login = server.app.get(SessionService).login(ADMIN.email, new Secret(ADMIN.password), {
      address: '127.0.0.1',
      audience: 'crm',
      lifetimeSeconds: 60,
      accountId: ACCOUNT.id,
      isAllowed,
    });
    await expect(login).rejects.toMatchObject({ code: 'invalid_login' });
    expect(await leftOfAccount()).toBe(0);
    await server.close();
  });
});
