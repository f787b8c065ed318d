import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SYSTEM, Secret } from '../../src/core/index.js';
import type { NewUser } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { issueToken, sharedServer } from '../support/services.js';

onBothEngines('the last administrator', (engine) => {
  const shared = sharedServer(engine);

  const another = async (fields: Partial<NewUser> = {}): Promise<number> => {
    const email = `${randomUUID()}@example.com`;
    const password = new Secret('correct horse');
    return (await shared.services.users.create(SYSTEM, { email, name: 'Another', admin: true, password, ...fields }))
      .id;
  };

  /** An administrator who has only a token, with these values. */
  const withToken = async (values: object = {}): Promise<number> => {
    const userId = await another({ password: undefined });
    await issueToken(shared.services, { userId, ...values });
    return userId;
  };

  /** Those who can sign in, as far as these tests make administrators. */
  const able = async (): Promise<number[]> => {
    const rows = await shared.server.dataSource.query<{ id: number }[]>(
      `SELECT "id" FROM "latchkey_user" AS "user" WHERE "admin" AND "approved" AND NOT "blocked" AND
       ("password_hash" IS NOT NULL OR EXISTS (SELECT 1 FROM "latchkey_token"
       WHERE "user_id" = "user"."id" AND "kind" = 'personal_token' AND "enabled" AND "expires_at" IS NULL))`,
    );
    return rows.map(({ id }) => id);
  };

  /** The one that the previous test has left. */
  const last = async (): Promise<number> => {
    const ids = await able();
    expect(ids).toHaveLength(1);
    return ids[0] ?? 0;
  };

  const REMOVALS: Record<string, (id: number) => Promise<unknown>> = {
    deleted: (id) => shared.services.users.delete(SYSTEM, id),
    blocked: (id) => shared.services.users.update(SYSTEM, id, { blocked: true }),
    demoted: (id) => shared.services.users.update(SYSTEM, id, { admin: false }),
  };

  describe.each(Object.keys(REMOVALS))('cannot be %s', (how) => {
    const remove = (id: number): Promise<unknown> => REMOVALS[how]?.(id) ?? Promise.reject(new Error(how));

    it('while there is no other one who is active and can sign in', async () => {
      await another({ admin: false });
      await another({ blocked: true });
      await another({ approved: false });
      await another({ password: undefined });
      await withToken({ enabled: false });
      await withToken({ expiresAt: new Date(shared.server.clock.now().getTime() + 3_600_000) });
      const before = await shared.services.users.list();
      await expect(remove(await last())).rejects.toMatchObject({ code: 'last_admin' });
      expect(await shared.services.users.list()).toEqual(before);
    });

    it('but can be once there is another', async () => {
      const predecessor = await last();
      const successor = await another();
      await remove(predecessor);
      expect(await able()).toEqual([successor]);
      await expect(remove(successor)).rejects.toMatchObject({ code: 'last_admin' });
    });

    it('but can be once there is another who only has a token', async () => {
      const predecessor = await last();
      const successor = await withToken();
      await remove(predecessor);
      expect(await able()).toEqual([successor]);
    });

    it('by two administrators who do it to each other at the same moment: exactly one is left', async () => {
      for (let round = 0; round < 3; round += 1) {
        const first = await last();
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

  it('stays when others are removed in every way at the same time', async () => {
    const ids = [await last(), ...(await Promise.all(Array.from({ length: 5 }, () => another())))];
    const { deleted, blocked, demoted } = REMOVALS;
    const ways = [deleted, blocked, demoted];
    const outcomes = await Promise.allSettled(ids.map(async (id, index) => ways[index % ways.length]?.(id)));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(await able()).toHaveLength(1);
  });

  it('cannot be removed by a change with other parts: none of them is made', async () => {
    const id = await last();
    const before = await shared.services.users.get(id);
    const change = shared.services.users.update(SYSTEM, id, { name: 'Renamed', admin: false });
    await expect(change).rejects.toMatchObject({ code: 'last_admin' });
    expect(await shared.services.users.get(id)).toEqual(before);
    expect(before).toMatchObject({ name: expect.not.stringMatching('Renamed'), admin: true });
  });

  it('does not prevent changes to others, or changes that leave their rights as they are', async () => {
    const other = await another({ admin: false });
    await shared.services.users.update(SYSTEM, other, { blocked: true });
    await shared.services.users.delete(SYSTEM, other);
    const same = { name: 'New name', admin: true, blocked: false };
    await expect(shared.services.users.update(SYSTEM, await last(), same)).resolves.toMatchObject({ name: 'New name' });
  });
});
