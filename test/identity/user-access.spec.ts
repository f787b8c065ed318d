/** Ends all tokens and logins of a user in one call, and their logins one by one. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { AuditRecord, SYSTEM, TokenService, UnitOfWork, type Actor as Author } from '../../src/core/index.js';
import { ServiceToken } from '../../src/dialects/cloudflare/service-token.entity.js';
import {
  LoginService,
  PersonalToken,
  ServerSettings,
  UserAccessService,
  UserService,
  type UserAccess,
} from '../../src/identity/index.js';
import {
  canvusSuite,
  ok,
  stored,
  tokensOf,
  type Canvus,
  type CreatedAccessToken,
  type Login,
  type Person,
} from '../dialects/canvus/support.js';
import { actors as crmActors, type Client } from '../dialects/crm/support.js';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';

const SERVICE_TOKENS = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;

type Headers = Record<string, string>;

interface Created {
  readonly client_id: string;
  readonly client_secret: string;
}

/** Creates a service token and returns the headers that present it. */
async function serviceToken({ server }: Canvus, creator: string): Promise<Headers> {
  const headers = { Authorization: `Bearer ${creator}`, 'Content-Type': 'application/json' };
  const reply = await send(server.baseUrl, 'POST', SERVICE_TOKENS, { headers, body: '{"name":"of a person"}' });
  const { client_id: id, client_secret: secret } = reply.json<{ result: Created }>().result;
  return { 'CF-Access-Client-Id': id, 'CF-Access-Client-Secret': secret };
}

const asUser = (token: string): Headers => ({ 'Private-Token': token });

async function verified({ server }: Canvus, credentials: readonly Headers[]): Promise<number[]> {
  const replies = credentials.map((headers) => send(server.baseUrl, 'GET', '/verify', { headers }));
  return (await Promise.all(replies)).map(({ status }) => status);
}

async function isLoggedIn(client: Client): Promise<boolean> {
  return (await client.post('access_tokens/list', { number: 1 })).text.includes('"OK"');
}

/** An administrator of the account, with a token of each kind. */
async function holder(canvus: Canvus): Promise<{ person: Person; credentials: Headers[]; crm: Client; login: string }> {
  const person = await canvus.person();
  const crm = crmActors(canvus.server);
  await crm.join({ ...person, id: person.user.id, name: person.user.name }, 'administrator');
  const token = person.actor.token ?? '';
  const { token: login } = await canvus.login(person);
  const exchanged = ok<Login>(await canvus.anonymous.post('/users/login', { token })).token;
  const services = [await serviceToken(canvus, token), await serviceToken(canvus, login)];
  const credentials = [...[token, login, exchanged].map(asUser), ...services];
  return { person, credentials, crm: await crm.login(person), login };
}

const EVERYTHING: UserAccess = {
  own: { personal_token: 1, session: 3 },
  created: { service_token: 2 },
  accounts: 1,
  createdForOthers: {},
};

function authorOf(userId: number, tokenId: string, admin = false): Author {
  return { kind: 'user', userId, userName: 'somebody', tokenId, admin, address: null };
}

canvusSuite('ending all access of a user', (canvus) => {
  const access = (): UserAccessService => canvus.server.app.get(UserAccessService);

  it('ends their tokens, their logins in every dialect and the service tokens they created, and nothing of others', async () => {
    const { person, credentials, crm } = await holder(canvus);
    const other = await holder(canvus);
    expect(await verified(canvus, credentials)).toEqual([200, 200, 200, 200, 200]);

    const before = await stored(canvus.server);
    expect(await access().end(SYSTEM, person.user.id, { dryRun: true })).toEqual(EVERYTHING);
    expect(await stored(canvus.server)).toEqual(before);

    expect(await access().end(SYSTEM, person.user.id)).toEqual(EVERYTHING);
    expect(await verified(canvus, credentials)).toEqual([401, 401, 401, 401, 401]);
    expect(await isLoggedIn(crm)).toBe(false);
    expect(await verified(canvus, other.credentials)).toEqual([200, 200, 200, 200, 200]);
    expect(await isLoggedIn(other.crm)).toBe(true);

    const audit = canvus.server.dataSource.getRepository(AuditRecord);
    const id = String(person.user.id);
    const [row] = await audit.findBy({ action: 'user.access_ended', targetId: id });
    expect(row?.details).toEqual(EVERYTHING);
    const revoked = await audit.findBy({ action: 'token.revoked' });
    expect(revoked.filter(({ details }) => details.user_id === person.user.id)).toHaveLength(4);
    expect(
      revoked.filter(({ accountId, details }) => accountId === ACCOUNT.id && details.user_id === null),
    ).toHaveLength(2);

    const nothing = { own: {}, created: {}, accounts: 0, createdForOthers: {} };
    expect(await access().end(SYSTEM, person.user.id)).toEqual(nothing);
    // To keep them out, they are blocked.
    await canvus.login(person);
  });

  it('can be limited to kinds of created tokens, and reports those created for other users', async () => {
    const { person, credentials } = await holder(canvus);
    const other = await canvus.person();
    const admin = { id: person.user.id, token: person.actor.token ?? '' };
    await canvus.server.app.get(UserService).update(SYSTEM, admin.id, { admin: true });
    const forOther = await person.actor.post(tokensOf(other.user.id), { description: 'for another user' });
    const { plain_token: others } = ok<CreatedAccessToken>(forOther);
    const ended = await access().end(SYSTEM, admin.id, { createdKinds: ['access_token'] });
    expect(ended).toEqual({ ...EVERYTHING, created: {}, accounts: 0, createdForOthers: { personal_token: 1 } });
    expect(await verified(canvus, [...credentials, asUser(others)])).toEqual([401, 401, 401, 200, 200, 200]);
  });

  it('is completed when users do it themselves, although their own login ends too', async () => {
    const { person, credentials, login } = await holder(canvus);
    const logins = await canvus.server.app.get(LoginService).list(person.user.id);
    const { id } = logins.find(({ parentId, audience }) => parentId === null && audience === 'user') ?? { id: '' };
    expect(await access().end(authorOf(person.user.id, id), person.user.id)).toEqual(EVERYTHING);
    expect(await verified(canvus, credentials)).toEqual([401, 401, 401, 401, 401]);
    expect((await canvus.holder(login).get('/users')).status).toBe(401);
  });

  it('includes tokens being created at the time, and more tokens than fit into one transaction', async () => {
    const { server } = canvus;
    const { person, credentials } = await holder(canvus);
    const [unitOfWork, tokens] = [server.app.get(UnitOfWork), server.app.get(TokenService)];
    const own = await server.dataSource.getRepository(PersonalToken).findOneByOrFail({ userId: person.user.id });
    let ending: Promise<UserAccess> | undefined;
    await unitOfWork.write(authorOf(person.user.id, own.id), async (tx) => {
      ending ??= access().end(SYSTEM, person.user.id);
      await delay(300);
      for (let count = 0; count < 60; count += 1) {
        await tokens.issue(tx, ServiceToken, {
          handle: `${String(person.user.id)}-${String(count)}.access`,
          label: 'one of many',
          accountId: ACCOUNT.id,
          duration: 'forever',
          expiresAt: new Date('2100-01-01T00:00:00Z'),
          digest: 'a'.repeat(64),
        });
      }
    });
    expect((await ending)?.created).toEqual({ service_token: 62 });
    expect(await verified(canvus, credentials)).toEqual([401, 401, 401, 401, 401]);
    const headers = { Authorization: `Bearer ${ADMIN.token}` };
    const listed = await send(server.baseUrl, 'GET', `${SERVICE_TOKENS}?per_page=1`, { headers });
    const left = await server.dataSource.getRepository(ServiceToken).countBy({ accountId: ACCOUNT.id });
    expect(listed.json()).toMatchObject({ result_info: { total_count: left } });
  });

  it('includes the service tokens of a deleted user, and is an error for an id without tokens', async () => {
    const { person, credentials } = await holder(canvus);
    ok(await canvus.admin.delete(`/users/${String(person.user.id)}`));
    expect(await verified(canvus, credentials)).toEqual([401, 401, 401, 200, 200]);
    expect(await access().end(SYSTEM, person.user.id)).toEqual({ ...EVERYTHING, own: {} });
    expect(await verified(canvus, credentials)).toEqual([401, 401, 401, 401, 401]);
    await expect(access().end(SYSTEM, 999_999)).rejects.toMatchObject({ code: 'user_not_found' });
  });

  it('is refused as a whole if no administrator could sign in afterwards', async () => {
    const { server } = canvus;
    for (const user of await server.app.get(UserService).list()) {
      if (user.admin && user.id !== ADMIN.id)
        await server.app.get(UserService).update(SYSTEM, user.id, { admin: false });
    }
    await server.app.get(ServerSettings).changePolicy(SYSTEM, { passwordLogin: false });
    const before = await stored(server);
    const ending = access().end(SYSTEM, ADMIN.id);
    await expect(ending).rejects.toMatchObject({ code: 'last_admin', message: expect.stringContaining('first') });
    expect(await stored(server)).toEqual(before);
    await server.app.get(ServerSettings).changePolicy(SYSTEM, { passwordLogin: true });
  });
});

canvusSuite('the logins of a user', (canvus) => {
  const logins = (): LoginService => canvus.server.app.get(LoginService);

  it('are listed oldest first with family and expiry, without expired ones', async () => {
    const person = await canvus.person();
    const [{ token: first }, { clock }] = [await canvus.login(person), canvus.server];
    clock.advance(23 * 3_600_000);
    ok(await canvus.anonymous.post('/users/login', { token: first, remember: true }));
    ok(await canvus.anonymous.post('/users/login', { token: person.actor.token }));
    const [one, other, third, ...none] = await logins().list(person.user.id);
    expect(none).toEqual([]);
    expect(one).toMatchObject({ userId: person.user.id, audience: 'user', parentId: null, accountId: null });
    expect(other).toMatchObject({ familyId: one?.familyId, familyBeganAt: one?.createdAt });
    expect(other?.expiresAt.getTime()).toBe((one?.createdAt.getTime() ?? 0) + 30 * 86_400_000);
    expect(third?.familyId).not.toBe(one?.familyId);
    expect(third?.parentId).toMatch(/^[0-9a-f-]{36}$/);
    clock.advance(2 * 3_600_000);
    expect((await logins().list(person.user.id)).map(({ id }) => id)).toEqual([other?.id, third?.id]);
    clock.reset();
  });

  it('can be ended one by one or with their family, at once', async () => {
    const person = await canvus.person();
    const { token: first } = await canvus.login(person);
    const { token: second } = ok<Login>(await canvus.anonymous.post('/users/login', { token: first }));
    const { token: third } = ok<Login>(await canvus.anonymous.post('/users/login', { token: first }));
    const credentials = [first, second, third, person.actor.token ?? ''].map(asUser);
    const [one, two] = await logins().list(person.user.id);
    expect(await logins().end(SYSTEM, person.user.id, one?.id ?? '')).toBe(1);
    expect(await verified(canvus, credentials)).toEqual([401, 200, 200, 200]);
    expect(await logins().end(SYSTEM, person.user.id, two?.id ?? '', 'family')).toBe(2);
    expect(await verified(canvus, credentials)).toEqual([401, 401, 401, 200]);
    for (const userId of [person.user.id, ADMIN.id]) {
      const again = logins().end(SYSTEM, userId, two?.id ?? '');
      await expect(again).rejects.toMatchObject({ code: 'token_not_found' });
    }
  });
});
