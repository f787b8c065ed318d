import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SYSTEM } from '../../src/core/index.js';
import type { NewUser } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { servicesOf, type Services } from '../support/services.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';

onBothEngines('the last administrator', (engine) => {
  let server: TestServer;
  let services: Services;

  beforeEach(async () => {
    server = await startServer(engine);
    services = servicesOf(server);
  });
  afterEach(() => server.close());

  const another = async (fields: Partial<NewUser> = {}): Promise<number> => {
    const email = `${randomUUID()}@example.com`;
    return (await services.users.create(SYSTEM, { email, name: 'Another', admin: true, ...fields })).id;
  };

  const able = async (): Promise<number[]> =>
    (await services.users.list()).filter((user) => user.admin && user.approved && !user.blocked).map(({ id }) => id);

  const REMOVALS: Record<string, (id: number) => Promise<unknown>> = {
    deleted: (id) => services.users.delete(SYSTEM, id),
    blocked: (id) => services.users.update(SYSTEM, id, { blocked: true }),
    demoted: (id) => services.users.update(SYSTEM, id, { admin: false }),
  };

  describe.each(Object.keys(REMOVALS))('cannot be %s', (how) => {
    const remove = (id: number): Promise<unknown> => REMOVALS[how]?.(id) ?? Promise.reject(new Error(how));

    it('while there is no other, or none who can act', async () => {
      await another({ admin: false });
      await another({ blocked: true });
      await another({ approved: false });
      const before = await services.users.list();
      await expect(remove(ADMIN.id)).rejects.toMatchObject({ code: 'last_admin' });
      expect(await services.users.list()).toEqual(before);
    });

    it('but can as soon as there is another', async () => {
      const successor = await another();
      await remove(ADMIN.id);
      expect(await able()).toEqual([successor]);
      await expect(remove(successor)).rejects.toMatchObject({ code: 'last_admin' });
    });

    it('by two who do it to each other at the same moment: exactly one is left', async () => {
      for (let round = 0; round < 3; round += 1) {
        const [first = 0] = await able();
        const second = await another();
        const outcomes = await Promise.allSettled([remove(first), remove(second)]);
        expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
        expect(outcomes).toContainEqual({
          status: 'rejected',
          reason: expect.objectContaining({ code: 'last_admin' }),
        });
        expect(await able()).toHaveLength(1);
      }
    });
  });

  it('is kept when others are removed in every way at once', async () => {
    const ids = [ADMIN.id, ...(await Promise.all(Array.from({ length: 5 }, () => another())))];
    const { deleted, blocked, demoted } = REMOVALS;
    const ways = [deleted, blocked, demoted];
    const outcomes = await Promise.allSettled(ids.map(async (id, index) => ways[index % ways.length]?.(id)));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(await able()).toHaveLength(1);
  });

  it('cannot lose its place inside a larger change: nothing of it is done', async () => {
    const change = services.users.update(SYSTEM, ADMIN.id, { name: 'Renamed', admin: false });
    await expect(change).rejects.toMatchObject({ code: 'last_admin' });
    expect(await services.users.get(ADMIN.id)).toMatchObject({ name: 'Administrator', admin: true });
  });

  it('does not stand in the way of changes to others, or of those that change nothing about it', async () => {
    const other = await another({ admin: false });
    await services.users.update(SYSTEM, other, { blocked: true });
    await services.users.delete(SYSTEM, other);
    const same = { name: 'New name', admin: true, blocked: false };
    await expect(services.users.update(SYSTEM, ADMIN.id, same)).resolves.toMatchObject({ name: 'New name' });
  });
});
