import { expect, it, jest } from '@jest/globals';
import bcrypt from 'bcrypt';
import { SYSTEM, Secret } from '../../src/core/index.js';
import { PasswordService, User } from '../../src/identity/index.js';
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

  it('opens no login if it is replaced, or its user blocked, between the comparison and the login', async () => {
    const server = await startServer(engine);
    const { hashing, sessions } = servicesOf(server);
    const checkPassword = hashing.checkPassword.bind(hashing);
    const login = (meanwhile: () => Promise<unknown>): Promise<unknown> => {
      jest.spyOn(hashing, 'checkPassword').mockImplementation(async (...given) => {
        const check = await checkPassword(...given);
        await meanwhile();
        return check;
      });
      return sessions.login(ADMIN.email, new Secret(ADMIN.password), TERMS);
    };
    const users = server.dataSource.getRepository(User);
    const refused = { code: 'invalid_login' };
    await expect(login(() => users.update(ADMIN.id, { blocked: true }))).rejects.toMatchObject(refused);
    await users.update(ADMIN.id, { blocked: false });
    await expect(login(() => Promise.resolve())).resolves.toBeDefined();
    const next = new Secret('battery staple');
    const replaced = login(() => server.app.get(PasswordService).set(SYSTEM, ADMIN.id, next));
    await expect(replaced).rejects.toMatchObject(refused);
  });
});
