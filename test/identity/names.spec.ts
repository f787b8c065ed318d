/** E-mail addresses and names of accounts are unique as people see them, and a freed name stays reserved. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SYSTEM, type Actor } from '../../src/core/index.js';
import { AccountService, MembershipService, type User } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { servicesOf, type Services } from '../support/services.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';

const DAY = 86_400_000;

/** Makes names of letters that only look like themselves. */
const unique = (): string =>
  randomUUID()
    .replaceAll(/[^a-f]/g, '')
    .padEnd(6, 'k');

/** All names that have been given up, so many days ago. */
async function freedDaysAgo({ dataSource }: TestServer, days: number): Promise<void> {
  const freedAt = String(Math.round(Date.now() - days * DAY));
  await dataSource.query(`UPDATE latchkey_taken_name SET freed_at = ${freedAt} WHERE freed_at IS NOT NULL`);
}

onBothEngines('names that have to be unique', (engine) => {
  let server: TestServer;
  let services: Services;
  let accounts: AccountService;

  beforeAll(async () => {
    server = await startServer(engine, { ACCOUNT_NAMES_RESERVED: '2' });
    services = servicesOf(server);
    accounts = server.app.get(AccountService);
  });
  afterAll(() => server.close());

  const newUser = (email: string): Promise<User> => services.users.create(SYSTEM, { email, name: 'Somebody' });
  const admin: Actor = { ...SYSTEM, kind: 'user', userId: ADMIN.id, admin: true };

  describe('e-mail addresses', () => {
    it.each([
      ['fo\u00F6@x.io', 'foo\u0308@x.io', 'foo\u0308'],
      ['ann@b\u00FCcher.example', 'ann@xn--bcher-kva.example', 'xn--'],
      ['max@example.org', 'MAX@EXAMPLE.ORG', 'MAX'],
      ['tom@example.org', '\uFF54om@example.org', 'tom'],
      ['cap@example.org', '\u0441\u0430\u0440@example.org', '\u0441\u0430\u0440'],
      ['bob@apple.example', 'bob@\u0430\u0440\u0440\u04CF\u0435.example', 'xn--'],
      ['paypal@example.org', 'paypaI@example.org', 'paypaI'],
      ['modem@example.org', 'rnodem@example.org', 'rnodem'],
    ])('that look like %s are refused: %s', async (first, second) => {
      const { id } = await newUser(first);
      await expect(newUser(second)).rejects.toMatchObject({ code: 'email_taken' });
      const other = await newUser(`${unique()}@example.net`);
      const change = services.users.update(SYSTEM, other.id, { email: second });
      await expect(change).rejects.toMatchObject({ code: 'email_taken' });
      await services.users.delete(SYSTEM, id);
      await services.users.update(SYSTEM, other.id, { email: second });
      await expect(newUser(first)).rejects.toMatchObject({ code: 'email_taken' });
      await services.users.delete(SYSTEM, other.id);
    });

    it('that look like another get a different error than equal ones, for administrators', async () => {
      const { id } = await newUser('lookout@example.org');
      const error = { code: 'email_taken', message: expect.stringContaining(`looks like that of user ${String(id)}`) };
      const create = services.users.create(admin, { email: '1ookout@example.org', name: 'x' });
      await expect(create).rejects.toMatchObject(error);
    });

    it('are free once their user has another one, and only one of several simultaneous requests gets them', async () => {
      const { id } = await newUser('old@example.org');
      await services.users.update(SYSTEM, id, { email: 'OLD@example.org' });
      await services.users.update(SYSTEM, id, { email: 'new@example.org' });
      const outcomes = await Promise.allSettled(['old@example.org', 'o1d@example.org', 'oId@example.org'].map(newUser));
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    });

    it.each(['"admin"@x.io', '\u0430dmin@x.io', 'admin@x.io\u200B', '\u202Eadmin@x.io'])(
      'are refused by the service itself: %j',
      async (email) => {
        await expect(newUser(email)).rejects.toMatchObject({ code: 'invalid_value', message: /^email / });
      },
    );

    it('are found in every spelling', async () => {
      const user = await newUser('S\u00F6ren@b\u00FCcher.example');
      const account = await accounts.create(SYSTEM, unique());
      const memberships = server.app.get(MembershipService);
      const written = 'so\u0308REN@xn--bcher-kva.example';
      const member = await memberships.add(SYSTEM, account.id, written, 'read_only');
      expect(member.user.id).toBe(user.id);
    });
  });

  describe('names of accounts', () => {
    it.each([
      ['demo', 'DEMO'],
      ['deno', ' DENO '],
      ['debo', '\uFF24\uFF25\uFF22\uFF2F'],
      ['dem0s', 'demOs'],
      ['corp', '\u0441\u043E\u0433\u0440'],
      ['scope', '\u0455\u0441\u043E\u0440\u0435'],
      ['two words', 'two\u00A0\u2003WORDS'],
      ['caf\u00E9', 'cafe\u0301'],
    ])('that look like %s are refused: %s', async (first, second) => {
      await accounts.create(SYSTEM, first);
      await expect(accounts.create(SYSTEM, second)).rejects.toMatchObject({ code: 'account_name_taken' });
      const other = await accounts.create(SYSTEM, unique());
      const rename = accounts.update(SYSTEM, other.id, { name: second });
      await expect(rename).rejects.toMatchObject({ code: 'account_name_taken' });
    });

    it('find their account in every spelling, and by its id', async () => {
      const { id } = await accounts.create(SYSTEM, 'Findme \u00C5 Works');
      for (const text of ['Findme \u00C5 Works', ' FINDME A\u030A WORKS', id, id.toUpperCase()]) {
        expect((await accounts.findByIdOrName(text))?.id).toBe(id);
      }
      for (const text of ['Findme', 'F1ndme \u00C5 Works', '', '\0', 'f'.repeat(32)]) {
        expect(await accounts.findByIdOrName(text)).toBeNull();
      }
    });

    it('stay reserved for an account that was renamed, which can take them back', async () => {
      const [before, after] = [unique(), unique()];
      const { id } = await accounts.create(SYSTEM, before);
      await accounts.update(SYSTEM, id, { name: after });
      expect(await accounts.findByIdOrName(before)).toBeNull();
      for (const name of [before, before.toUpperCase()]) {
        await expect(accounts.create(SYSTEM, name)).rejects.toMatchObject({ code: 'account_name_taken' });
      }
      await accounts.update(SYSTEM, id, { name: before });
      await expect(accounts.create(SYSTEM, after)).rejects.toMatchObject({ code: 'account_name_taken' });
      expect((await accounts.findByIdOrName(before))?.id).toBe(id);
    });

    it('stay reserved after their account is deleted, for the configured number of days', async () => {
      const name = unique();
      const { id } = await accounts.create(SYSTEM, name);
      await accounts.delete(SYSTEM, id);
      const refused = {
        code: 'account_name_taken',
        message: expect.stringMatching(/^the name is one that is reserved until 2/),
      };
      await expect(accounts.create(admin, name)).rejects.toMatchObject(refused);
      await accounts.delete(SYSTEM, (await accounts.create(admin, name, { takesReserved: true })).id);
      await freedDaysAgo(server, 364.99);
      await expect(accounts.create(admin, name)).rejects.toMatchObject(refused);
      await freedDaysAgo(server, 365);
      await accounts.create(admin, name);
    });

    it('stay reserved while the clock is far ahead', async () => {
      const [name, other] = [unique(), unique()];
      await accounts.delete(SYSTEM, (await accounts.create(SYSTEM, name)).id);
      server.clock.advance(400 * DAY);
      await expect(accounts.create(SYSTEM, name)).rejects.toMatchObject({ code: 'account_name_taken' });
      await accounts.delete(SYSTEM, (await accounts.create(SYSTEM, other)).id);
      server.clock.reset();
      await expect(accounts.create(SYSTEM, name)).rejects.toMatchObject({ code: 'account_name_taken' });
      await freedDaysAgo(server, 365);
      await accounts.create(SYSTEM, other);
    });

    it('do not reveal to tenants why they are refused', async () => {
      const taken = await accounts.create(SYSTEM, unique());
      const freed = await accounts.create(SYSTEM, unique());
      await accounts.delete(SYSTEM, freed.id);
      const own = await accounts.create(SYSTEM, unique());
      const { id: userId } = await newUser(`${unique()}@example.net`);
      await server.app
        .get(MembershipService)
        .add(SYSTEM, own.id, (await services.users.get(userId)).email, 'administrator');
      const tenant: Actor = { ...SYSTEM, kind: 'user', userId };
      const messages = new Set<string>();
      for (const name of [taken.name, taken.name.toUpperCase(), freed.name]) {
        const error = await accounts.update(tenant, own.id, { name }).catch((reason: unknown) => reason);
        expect(error).toMatchObject({ code: 'account_name_taken' });
        messages.add((error as Error).message);
      }
      expect([...messages]).toEqual(['the name is in use or reserved; choose another name']);
    });

    it('are reserved in limited number per account, unless an administrator of the server renames it', async () => {
      const { id } = await accounts.create(SYSTEM, unique());
      const { id: userId } = await newUser(`${unique()}@example.net`);
      await server.app
        .get(MembershipService)
        .add(SYSTEM, id, (await services.users.get(userId)).email, 'administrator');
      const tenant: Actor = { ...SYSTEM, kind: 'user', userId };
      const names = [unique(), unique(), unique(), unique()];
      const rename = (actor: Actor, name = ''): Promise<unknown> => accounts.update(actor, id, { name });
      await rename(tenant, names[0]);
      await rename(tenant, names[1]);
      const refused = { code: 'quota_reached', message: expect.stringContaining('2 earlier names are reserved') };
      await expect(rename(tenant, names[2])).rejects.toMatchObject(refused);
      await rename(tenant, names[0]);
      await rename(admin, names[3]);
    });

    it('are given to one of several simultaneous requests', async () => {
      const name = unique();
      const forms = [name, name.toUpperCase(), ` ${name} `, name.replace('e', '\uFF45')];
      const outcomes = await Promise.allSettled(forms.map((form) => accounts.create(SYSTEM, form)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'account_name_taken' });
      }
    });
  });
});

onBothEngines('names with look-alikes allowed and no reservation', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(engine, { NAMES_LOOK_ALIKE: 'allow', ACCOUNT_NAME_RESERVED_DAYS: '0' });
  });
  afterAll(() => server.close());

  it('may look like others, but not be the same', async () => {
    const { users } = servicesOf(server);
    const create = (email: string): Promise<User> => users.create(SYSTEM, { email, name: 'Somebody' });
    await create('john1@example.org');
    await create('johnl@example.org');
    await expect(create('JOHN1@example.org')).rejects.toMatchObject({ code: 'email_taken' });
    await expect(create('\u0458ohn1@example.org')).rejects.toMatchObject({ code: 'invalid_value' });
  });

  it('of accounts are free as soon as no account has them', async () => {
    const accounts = server.app.get(AccountService);
    const { id } = await accounts.create(SYSTEM, 'First');
    await accounts.update(SYSTEM, id, { name: 'Second' });
    await accounts.create(SYSTEM, 'First');
    await accounts.delete(SYSTEM, id);
    await accounts.create(SYSTEM, 'second');
  });
});

onBothEngines('accounts where only the server renames', (engine) => {
  it('cannot be renamed by their own administrators', async () => {
    const server = await startServer(engine, { ACCOUNT_RENAMED_BY: 'server' });
    const { users } = servicesOf(server);
    const accounts = server.app.get(AccountService);
    const { id } = await accounts.create(SYSTEM, 'Tenant');
    const { id: userId } = await users.create(SYSTEM, { email: 'tenant@example.org', name: 'Tenant' });
    await server.app.get(MembershipService).add(SYSTEM, id, 'tenant@example.org', 'administrator');
    const tenant: Actor = { ...SYSTEM, kind: 'user', userId };
    const rename = accounts.update(tenant, id, { name: 'Other' });
    await expect(rename).rejects.toMatchObject({ code: 'change_reserved' });
    await accounts.update(tenant, id, { name: ' Tenant ' });
    await accounts.update(SYSTEM, id, { name: 'Other' });
    await server.close();
  });
});
