import { expect, it } from '@jest/globals';
import bcrypt from 'bcrypt';
import { Secret } from '../../src/core/index.js';
import { User } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { servicesOf } from '../support/services.js';
import { migratedDatabase } from '../support/templates.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';

const TERMS = { audience: 'canvus', lifetimeSeconds: 60, address: '192.0.2.1' };

onBothEngines('a stored password', (engine) => {
  const roundsOf = async (server: TestServer): Promise<number> => {
    const { unitOfWork } = servicesOf(server);
    const { passwordHash } = await unitOfWork.read((manager) =>
      manager.createQueryBuilder(User, 'user').addSelect('user.passwordHash').where({ id: ADMIN.id }).getOneOrFail(),
    );
    return bcrypt.getRounds(passwordHash ?? '');
  };

  it.each([
    ['up', '4', '6'],
    ['down', '6', '4'],
  ])(
    'is hashed again at the first login after BCRYPT_COST went %s, and still matches',
    async (_name, before, after) => {
      const database = await migratedDatabase(engine, 'standalone');
      const first = await startServer(engine, { BCRYPT_COST: before }, database);
      expect(await roundsOf(first)).toBe(Number(before));
      await first.stop();

      const second = await startServer(engine, { BCRYPT_COST: after }, database);
      const { sessions } = servicesOf(second);
      await expect(sessions.login(ADMIN.email, new Secret('wrong'), TERMS)).rejects.toMatchObject({
        code: 'invalid_login',
      });
      expect(await roundsOf(second)).toBe(Number(before));
      await sessions.login(ADMIN.email, new Secret(ADMIN.password), TERMS);
      expect(await roundsOf(second)).toBe(Number(after));
      await expect(sessions.login(ADMIN.email, new Secret(ADMIN.password), TERMS)).resolves.toBeDefined();
    },
  );

  it('renewed by one of several simultaneous logins makes none of the others fail', async () => {
    const database = await migratedDatabase(engine, 'standalone');
    const first = await startServer(engine, { BCRYPT_COST: '4' }, database);
    await first.stop();
    const second = await startServer(engine, { BCRYPT_COST: '5' }, database);
    const { sessions } = servicesOf(second);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, () => sessions.login(ADMIN.email, new Secret(ADMIN.password), TERMS)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'fulfilled'));
    expect(await roundsOf(second)).toBe(5);
  });
});
