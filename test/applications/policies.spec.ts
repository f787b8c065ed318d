/** Rules about policies that no single request shows: what they name, who has them, and what becomes of them. */
import { beforeAll, expect, it } from '@jest/globals';
import { ManyApplications, policyNaming, type Rule } from '../../src/applications/index.js';
import { AuditRecord, SYSTEM, Token } from '../../src/core/index.js';
import { CleanupJob } from '../../src/identity/index.js';
import { ServiceToken } from '../../src/dialects/cloudflare/index.js';
import { onBothEngines } from '../support/engines.js';
import { sharedServer } from '../support/services.js';
import { applicationValues, newAccount, newMachine, policyValues, roomsOf, type Rooms } from './support.js';

const TABLES = ['application', 'application_address', 'application_policy', 'policy', 'policy_token', 'zone'];

onBothEngines('policies', (engine) => {
  const shared = sharedServer(engine);
  let rooms: Rooms;
  beforeAll(() => {
    rooms = roomsOf(shared.server);
  });

  const named = (tokenId: string): Rule => ({ type: 'token', tokenId });
  const isNamed = (tokenId: string): Promise<boolean> =>
    shared.services.unitOfWork.read(async (manager) => (await policyNaming(manager, tokenId)) !== null);
  const rowsOf = async (table: string, accountId: string): Promise<number> => {
    const from = `latchkey_${table} WHERE account_id = '${accountId}'`;
    const [row] = await shared.server.dataSource.query<{ n: number | string }[]>(`SELECT COUNT(*) AS n FROM ${from}`);
    return Number(row?.n);
  };

  it('of other accounts and applications cannot be given to many applications at once', async () => {
    const [account, other] = [await newAccount(shared.server), await newAccount(shared.server)];
    const [{ policy: mine }, { policy: foreign }] = [
      await rooms.policies.create(SYSTEM, account, policyValues([{ type: 'any_token' }])),
      await rooms.policies.create(SYSTEM, other, policyValues([{ type: 'any_token' }])),
    ];
    const insert = (id: string): Promise<unknown> =>
      shared.services.unitOfWork.write(SYSTEM, (tx) => {
        const values = applicationValues([], { policies: [{ id }] });
        return shared.server.app
          .get(ManyApplications)
          .insertApplications(tx, [{ accountId: account, values, given: {} }]);
      });
    await insert(mine.id);
    await expect(insert(foreign.id)).rejects.toThrow(`policies name ${foreign.id}, which is no policy`);
    expect([await rowsOf('application', account), await rowsOf('application_policy', account)]).toEqual([1, 1]);
  });

  it('name tokens as long as a rule of any sort does', async () => {
    const account = await newAccount(shared.server);
    const { id: token } = await newMachine(shared.server, account);
    for (const rules of [{ include: [named(token)] }, { require: [named(token)] }, { exclude: [named(token)] }]) {
      const { id } = (await rooms.policies.create(SYSTEM, account, policyValues([], rules))).policy;
      expect(await isNamed(token)).toBe(true);
      await rooms.policies.update(SYSTEM, account, id, policyValues([]));
      expect(await isNamed(token)).toBe(false);
      await rooms.policies.update(SYSTEM, account, id, policyValues([], rules));
      await rooms.policies.delete(SYSTEM, account, id);
      expect(await isNamed(token)).toBe(false);
    }
  });

  it('name no token of another account, of another kind, or that does not exist', async () => {
    const account = await newAccount(shared.server);
    const { id: theirs } = await newMachine(shared.server, await newAccount(shared.server));
    const personal = await shared.services.unitOfWork.read((manager) =>
      manager.findOneByOrFail(Token, { kind: 'personal_token' }),
    );
    for (const id of [theirs, personal.id, 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415']) {
      await expect(rooms.policies.create(SYSTEM, account, policyValues([named(id)]))).rejects.toMatchObject({
        code: 'invalid_value',
        message: expect.stringContaining(id),
      });
    }
    expect(await rowsOf('policy', account)).toBe(0);
  });

  it('keep a token that was named before and is gone', async () => {
    const account = await newAccount(shared.server);
    const token = await newMachine(shared.server, account);
    const { id } = (await rooms.policies.create(SYSTEM, account, policyValues([named(token.id)]))).policy;
    const { tokens, unitOfWork } = shared.services;
    await unitOfWork.write(SYSTEM, (tx) => tokens.revoke(tx, ServiceToken, { id: token.id, accountId: account }));
    await rooms.policies.update(SYSTEM, account, id, policyValues([named(token.id)], { name: 'renamed' }));
    expect((await rooms.policies.get(account, id)).policy.name).toBe('renamed');
  });

  it('let a token be named or deleted, never both', async () => {
    const account = await newAccount(shared.server);
    const { tokens, unitOfWork } = shared.services;
    for (let round = 0; round < 10; round += 1) {
      const { id } = await newMachine(shared.server, account);
      const naming = rooms.policies.create(SYSTEM, account, policyValues([named(id)]));
      const deletion = unitOfWork.write(SYSTEM, async (tx) => {
        await tokens.revoke(tx, ServiceToken, { id, accountId: account });
        if (await policyNaming(tx.manager, id)) throw new Error('in use');
      });
      const outcomes = await Promise.allSettled([naming, deletion]);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const exists = await unitOfWork.read((manager) => manager.existsBy(Token, { id }));
      expect(await isNamed(id)).toBe(exists);
    }
  });

  it('are not deleted while an application has them', async () => {
    const account = await newAccount(shared.server);
    const { id } = (await rooms.policies.create(SYSTEM, account, policyValues([]))).policy;
    const values = applicationValues([], { policies: [{ id }] });
    const { application } = await rooms.applications.create(SYSTEM, account, values);
    expect((await rooms.policies.get(account, id)).applications).toBe(1);
    await expect(rooms.policies.delete(SYSTEM, account, id)).rejects.toMatchObject({ code: 'in_use' });
    await rooms.applications.update(SYSTEM, account, application.id, { ...values, policies: [] });
    await rooms.policies.delete(SYSTEM, account, id);
    await expect(rooms.policies.get(account, id)).rejects.toMatchObject({ code: 'resource_not_found' });
  });

  it('of an application go with it, or when it leaves them out; reusable ones stay', async () => {
    const account = await newAccount(shared.server);
    const { id } = (await rooms.policies.create(SYSTEM, account, policyValues([]))).policy;
    const own = { values: policyValues([], { name: 'own' }) };
    const values = applicationValues(['a.example'], { policies: [own, { id }, own] });
    const { application, policies } = await rooms.applications.create(SYSTEM, account, values);
    expect(policies.map(({ precedence }) => precedence)).toEqual([1, 2, 3]);
    const kept = policies[2]?.policy.id ?? '';
    await rooms.applications.update(SYSTEM, account, application.id, { ...values, policies: [{ id: kept }] });
    const left = (await rooms.applications.get(account, application.id)).policies;
    expect(left.map(({ policy }) => policy.id)).toEqual([kept]);
    expect(await rowsOf('policy', account)).toBe(2);
    await rooms.applications.delete(SYSTEM, account, application.id);
    expect(await rowsOf('policy', account)).toBe(1);
    for (const table of ['application', 'application_address', 'application_policy']) {
      expect(await rowsOf(table, account)).toBe(0);
    }
  });

  it('have places of their own', async () => {
    const account = await newAccount(shared.server);
    const own = (precedence?: number): object => ({ values: policyValues([]), precedence });
    const create = (...policies: object[]): ReturnType<typeof rooms.applications.create> =>
      rooms.applications.create(SYSTEM, account, applicationValues([], { policies }));
    const { policies } = await create(own(5), own(), own(1));
    expect(policies.map(({ precedence }) => precedence)).toEqual([1, 5, 6]);
    await expect(create(own(1), own(1))).rejects.toMatchObject({ message: 'policy precedences must be unique' });
    const { id } = (await rooms.policies.create(SYSTEM, account, policyValues([]))).policy;
    await expect(create({ id }, { id })).rejects.toMatchObject({ code: 'invalid_value' });
    const theirs = await rooms.policies.create(SYSTEM, await newAccount(shared.server), policyValues([]));
    await expect(create({ id: theirs.policy.id })).rejects.toMatchObject({ code: 'invalid_value' });
  });

  it('of an application are refused for the first of several faults', async () => {
    const account = await newAccount(shared.server);
    const nobody = 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415';
    const [unknown, naming] = [{ id: nobody }, { values: policyValues([named(nobody)]) }];
    const create = (...policies: object[]): ReturnType<typeof rooms.applications.create> =>
      rooms.applications.create(SYSTEM, account, applicationValues([], { policies }));
    await expect(create(unknown, naming)).rejects.toThrow(`policies name ${nobody}`);
    await expect(create(naming, unknown)).rejects.toThrow(`a rule names the token ${nobody}`);
    expect(await rowsOf('policy', account)).toBe(0);
  });

  it('of applications that are made together are audited in their order, like those of a single one', async () => {
    const account = await newAccount(shared.server);
    const own = (precedence: number): object => ({ values: policyValues([]), precedence });
    const values = applicationValues([], { policies: [own(5), own(1)] });
    const many = shared.server.app.get(ManyApplications);
    const entry = { accountId: account, values, given: {} };
    await shared.services.unitOfWork.write(SYSTEM, (tx) => many.insertApplications(tx, [entry, entry]));
    await rooms.applications.create(SYSTEM, account, values);
    const { manager } = shared.server.dataSource;
    const rows = await manager.findBy(AuditRecord, { accountId: account, action: 'application.created' });
    expect(rows).toHaveLength(3);
    for (const { targetId, details } of rows) {
      const applied = await rooms.applications.get(account, targetId ?? '');
      expect(details).toMatchObject({ policies: applied.policies.map(({ policy }) => policy.id) });
    }
  });
});

onBothEngines('the rows of an account that is deleted', (engine) => {
  const shared = sharedServer(engine);

  it('go a few at a time', async () => {
    const { server } = shared;
    const rooms = roomsOf(server);
    const [account, other] = [await newAccount(server), await newAccount(server)];
    for (const accountId of [account, other]) {
      const token = await newMachine(server, accountId);
      const values = policyValues([{ type: 'token', tokenId: token.id }]);
      const policies = Array.from({ length: 60 }, () => ({ values }));
      const domains = [`${accountId}.example`, `*.${accountId}.example`];
      await rooms.applications.create(SYSTEM, accountId, applicationValues(domains, { policies }));
      await rooms.zones.create(SYSTEM, `${accountId}.example`, accountId);
      const organization = { name: 'a team', authDomain: `${accountId}.team.example`, extra: {} };
      const inactivity = { inactivityEnabled: false, inactivityDays: null, inactivityAction: null };
      await rooms.organizations.create(SYSTEM, accountId, { ...organization, ...inactivity });
    }
    await rooms.accounts.delete(SYSTEM, account);
    await server.app.get(CleanupJob).run();
    const count = async (table: string, accountId: string): Promise<number> => {
      const from = `latchkey_${table} WHERE account_id = '${accountId}'`;
      const [row] = await server.dataSource.query<{ n: number | string }[]>(`SELECT COUNT(*) AS n FROM ${from}`);
      return Number(row?.n);
    };
    for (const table of [...TABLES, 'organization']) {
      expect({ table, rows: await count(table, account) }).toEqual({ table, rows: 0 });
      expect(await count(table, other)).toBeGreaterThan(0);
    }
  });
});
