/** What the data plane asks: applications by id, audience tag and host, as they are now. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KnownApplication, Rule } from '../../src/applications/index.js';
import { SYSTEM } from '../../src/core/index.js';
import { onBothEngines } from '../support/engines.js';
import { sharedServer } from '../support/services.js';
import { startPair, type Pair } from '../instances/pair.js';
import { applicationValues, newAccount, newMachine, policyValues, roomsOf, type Rooms } from './support.js';

const ANY: Rule = { type: 'any_token' };
const ADDRESS = '192.0.2.7';

onBothEngines('the directory of applications', (engine) => {
  const shared = sharedServer(engine);
  let rooms: Rooms;
  beforeAll(() => {
    rooms = roomsOf(shared.server);
  });

  const nameAt = async (host: string, path = '/', accountId?: string): Promise<string | undefined> =>
    (await rooms.directory.byHost(host, path, { accountId }))?.name;

  it('finds an application by its id and its audience tag, the second time at once', async () => {
    const account = await newAccount(shared.server);
    const { application } = await rooms.applications.create(SYSTEM, account, applicationValues());
    expect(application.aud).toMatch(/^[0-9a-f]{64}$/);
    for (const find of [() => rooms.directory.byId(application.id), () => rooms.directory.byAud(application.aud)]) {
      expect(await find()).toMatchObject({ id: application.id, aud: application.aud, accountId: account });
      expect((find() as KnownApplication).id).toBe(application.id);
    }
    expect(Object.isFrozen(await rooms.directory.byId(application.id))).toBe(true);
  });

  it('finds nothing for what does not exist or is malformed', async () => {
    const { directory } = rooms;
    expect(await directory.byId('f174e90a-fafe-4643-bbbc-4a0ed4fc8415')).toBeNull();
    expect(await directory.byAud('f'.repeat(64))).toBeNull();
    expect(directory.byId('x')).toBeNull();
    expect(directory.byAud(`${'f'.repeat(63)}'`)).toBeNull();
    expect(await directory.byHost('nowhere.example', '/')).toBeNull();
    expect(await directory.byHost('', '')).toBeNull();
  });

  it('decides by what the application, its policies and their order are now', async () => {
    const account = await newAccount(shared.server);
    const token = await newMachine(shared.server, account);
    const { id: policyId } = (await rooms.policies.create(SYSTEM, account, policyValues([ANY]))).policy;
    const assigned = applicationValues([], { policies: [{ id: policyId }] });
    const { id, aud } = (await rooms.applications.create(SYSTEM, account, assigned)).application;
    const decide = async (): Promise<unknown> => (await rooms.directory.byAud(aud))?.decide(token, ADDRESS);
    expect(await decide()).toBe('admitted');
    await rooms.policies.update(SYSTEM, account, policyId, policyValues([{ type: 'token', tokenId: token.id }]));
    expect(await decide()).toBe('admitted');
    await rooms.policies.update(SYSTEM, account, policyId, policyValues([ANY], { decision: 'people' }));
    expect(await decide()).toBe('not_admitted');
    const own = await rooms.owned.create(SYSTEM, account, id, policyValues([ANY]), undefined);
    expect(await decide()).toBe('admitted');
    await rooms.owned.create(SYSTEM, account, id, policyValues([ANY], { decision: 'deny' }), 0);
    expect(await decide()).toBe('not_admitted');
    await rooms.applications.update(SYSTEM, account, id, { ...assigned, policies: [{ id: own.policy.id }] });
    expect(await decide()).toBe('admitted');
    await rooms.owned.delete(SYSTEM, account, id, own.policy.id);
    expect(await decide()).toBe('not_admitted');
    await rooms.applications.delete(SYSTEM, account, id);
    expect(await decide()).toBeUndefined();
  });

  it('tells a change of a policy to all of many applications', async () => {
    const account = await newAccount(shared.server);
    const token = await newMachine(shared.server, account);
    const { id } = (await rooms.policies.create(SYSTEM, account, policyValues([ANY]))).policy;
    const values = applicationValues([], { policies: [{ id }] });
    const auds: string[] = [];
    for (let at = 0; at < 90; at += 1) {
      auds.push((await rooms.applications.create(SYSTEM, account, values)).application.aud);
    }
    const decisions = async (): Promise<Set<unknown>> =>
      new Set(await Promise.all(auds.map(async (aud) => (await rooms.directory.byAud(aud))?.decide(token, ADDRESS))));
    expect(await decisions()).toEqual(new Set(['admitted']));
    await rooms.policies.update(SYSTEM, account, id, policyValues([]));
    expect(await decisions()).toEqual(new Set(['not_admitted']));
  });

  it('knows applications of a deleted account no more', async () => {
    const account = await newAccount(shared.server);
    const { application } = await rooms.applications.create(SYSTEM, account, applicationValues(['gone.example']));
    expect(await nameAt('gone.example')).toBe('an application');
    expect(await rooms.directory.byAud(application.aud)).not.toBeNull();
    await rooms.accounts.delete(SYSTEM, account);
    expect(await nameAt('gone.example')).toBeUndefined();
    expect(await rooms.directory.byAud(application.aud)).toBeNull();
    expect(await rooms.directory.byId(application.id)).toBeNull();
  });

  describe('by host', () => {
    it('finds the application with the longest path', async () => {
      const account = await newAccount(shared.server);
      const add = (name: string, ...domains: string[]): Promise<unknown> =>
        rooms.applications.create(SYSTEM, account, applicationValues(domains, { name }));
      await add('all', '*.one.example', 'one.example');
      expect(await nameAt('a.one.example')).toBe('all');
      await add('exact', 'a.one.example');
      await add('admin', '*.one.example/admin');
      await add('below', 'a.one.example/admin/x');
      expect(await nameAt('A.one.example:8443', '/?admin')).toBe('exact');
      expect(await nameAt('b.one.example', '/')).toBe('all');
      expect(await nameAt('one.example', '/admin')).toBe('all');
      expect(await nameAt('a.one.example', '/admin')).toBe('admin');
      expect(await nameAt('a.one.example', '/admin/x/y')).toBe('below');
      expect(await nameAt('a.one.example', '/administrator')).toBe('exact');
      expect(await nameAt('a.b.one.example', '/')).toBeUndefined();
      // A server may take this for `/admin`, or for `/`.
      expect(await nameAt('a.one.example', '/x/../admin')).toBeUndefined();
      expect(await nameAt('one.example', '/x/../admin')).toBe('all');
    });

    it('finds only those in zones if that is asked for, since every account can name a host in none', async () => {
      const [mine, theirs] = [await newAccount(shared.server), await newAccount(shared.server)];
      const found = async (host: string): Promise<string | undefined> =>
        (await rooms.directory.byHost(host, '/', { inZonesOnly: true }))?.name;
      await rooms.applications.create(SYSTEM, theirs, applicationValues(['*.test'], { name: 'all' }));
      await rooms.applications.create(SYSTEM, mine, applicationValues(['three.test'], { name: 'mine' }));
      expect([await found('three.test'), await found('four.test')]).toEqual([undefined, undefined]);
      expect(await nameAt('four.test')).toBe('all');
      await rooms.zones.create(SYSTEM, 'three.test', mine);
      expect([await found('three.test'), await found('four.test')]).toEqual(['mine', undefined]);
    });

    it('finds none where applications of several accounts answer, until a zone says whose the host is', async () => {
      const [mine, theirs] = [await newAccount(shared.server), await newAccount(shared.server)];
      const add = (account: string, name: string, domain: string): Promise<unknown> =>
        rooms.applications.create(SYSTEM, account, applicationValues([domain], { name }));
      await add(mine, 'mine', 'two.example');
      expect(await nameAt('two.example', '/admin')).toBe('mine');
      await add(theirs, 'theirs', 'two.example/admin');
      expect(await nameAt('two.example', '/admin')).toBeUndefined();
      expect(await nameAt('two.example', '/admin', mine)).toBe('mine');
      expect(await nameAt('two.example', '/admin', theirs)).toBe('theirs');
      const zone = await rooms.zones.create(SYSTEM, 'two.example', mine);
      expect(await nameAt('two.example', '/admin')).toBe('mine');
      expect(await nameAt('two.example', '/admin', theirs)).toBeUndefined();
      await expect(add(theirs, 'late', '*.two.example')).rejects.toMatchObject({ code: 'invalid_value' });
      await rooms.zones.create(SYSTEM, 'sub.two.example', theirs);
      await add(theirs, 'below', 'sub.two.example');
      expect(await nameAt('sub.two.example')).toBe('below');
      await rooms.zones.delete(SYSTEM, zone.id);
      expect(await nameAt('two.example', '/admin')).toBeUndefined();
    });
  });
});

describe('the directories of two instances', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair();
  });
  afterAll(() => pair.close());

  it('agree as soon as a change has returned', async () => {
    const [here, there] = [roomsOf(pair.a), roomsOf(pair.b)];
    const account = await newAccount(pair.a);
    const token = await newMachine(pair.a, account);
    const { id: policyId } = (await here.policies.create(SYSTEM, account, policyValues([]))).policy;
    const values = applicationValues(['pair.example'], { policies: [{ id: policyId }] });
    const { aud, id } = (await here.applications.create(SYSTEM, account, values)).application;
    const decide = async (): Promise<unknown> => [
      (await there.directory.byAud(aud))?.decide(token, ADDRESS),
      (await there.directory.byHost('pair.example', '/x'))?.decide(token, ADDRESS),
    ];
    for (let round = 0; round < 10; round += 1) {
      await here.policies.update(SYSTEM, account, policyId, policyValues([ANY]));
      expect(await decide()).toEqual(['admitted', 'admitted']);
      await here.policies.update(SYSTEM, account, policyId, policyValues([]));
      expect(await decide()).toEqual(['not_admitted', 'not_admitted']);
    }
    const longer = applicationValues(['pair.example/x'], { policies: [{ values: policyValues([ANY]) }] });
    await here.applications.create(SYSTEM, account, longer);
    expect(await decide()).toEqual(['not_admitted', 'admitted']);
    await here.applications.delete(SYSTEM, account, id);
    expect(await decide()).toEqual([undefined, 'admitted']);
  });
});
