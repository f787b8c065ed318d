/** The last way for an administrator to sign in: a token, a password, or password logins as such. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { In, Not } from 'typeorm';
import { SYSTEM, Secret } from '../../src/core/index.js';
import {
  PersonalToken,
  PersonalTokenService,
  ServerSettings,
  User,
  type ServerPolicy,
} from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { issueToken, servicesOf, type Services } from '../support/services.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';

/** Races are run this often. */
const ROUNDS = 4;

onBothEngines('the last way for an administrator to sign in', (engine) => {
  let server: TestServer;
  let services: Services;

  const passwordLogins = (allowed: boolean): Promise<ServerPolicy> =>
    server.app.get(ServerSettings).changePolicy(SYSTEM, { passwordLogin: allowed });
  const revoke = (token: PersonalToken): Promise<unknown> => server.app.get(PersonalTokenService).revoke(SYSTEM, token);
  const token = async (userId = ADMIN.id): Promise<PersonalToken> => (await issueToken(services, { userId })).token;
  const regular = async (): Promise<number> => {
    const email = `${randomUUID()}@example.com`;
    return (await services.users.create(SYSTEM, { email, name: 'Regular', password: new Secret('a password') })).id;
  };
  const administrator = async (): Promise<number> => {
    const id = await regular();
    await services.users.update(SYSTEM, id, { admin: true });
    return id;
  };
  const outcomes = async (...changes: Promise<unknown>[]): Promise<string[]> =>
    (await Promise.allSettled(changes))
      .map((outcome) => (outcome.status === 'fulfilled' ? 'done' : (outcome.reason as { code: string }).code))
      .sort();

  beforeAll(async () => {
    server = await startServer(engine);
    services = servicesOf(server);
  });
  afterAll(() => server.close());

  /** One administrator, who has a password and no token. */
  beforeEach(async () => {
    const { manager } = server.dataSource;
    await passwordLogins(true);
    await manager.update(User, { id: Not(ADMIN.id) }, { admin: false });
    await manager.update(User, { id: ADMIN.id }, { admin: true, blocked: false });
    await manager.delete(PersonalToken, { userId: In([ADMIN.id]) });
  });

  describe('password logins', () => {
    it('cannot be switched off while no administrator has a token', async () => {
      await token(await regular());
      await expect(passwordLogins(false)).rejects.toMatchObject({
        code: 'last_admin',
        message: expect.stringContaining('access token'),
      });
      expect((await server.app.get(ServerSettings).policy()).passwordLogin).toBe(true);
    });

    it.each([
      ['disabled', { enabled: false }],
      ['expiring', { expiresAt: new Date(Date.now() + 86_400_000) }],
      ['expired', { expiresAt: new Date(1) }],
    ])('cannot be switched off because of a token that is %s', async (_what, values) => {
      await issueToken(services, { userId: ADMIN.id, ...values });
      await expect(passwordLogins(false)).rejects.toMatchObject({ code: 'last_admin' });
    });

    it('can be switched off once an administrator has a token, and on again at any time', async () => {
      await token();
      await passwordLogins(false);
      await passwordLogins(true);
    });

    it('do not prevent changes of other settings', async () => {
      await server.app.get(ServerSettings).changePolicy(SYSTEM, { serverName: randomUUID() });
    });
  });

  describe('the last token', () => {
    it('cannot be revoked while password logins are off', async () => {
      const last = await token();
      await passwordLogins(false);
      await expect(revoke(last)).rejects.toMatchObject({
        code: 'last_admin',
        message: expect.stringContaining('another access token'),
      });
      expect(await server.dataSource.manager.existsBy(PersonalToken, { id: last.id })).toBe(true);
    });

    it.each([{ scopes: ['deploy'] }, { enabled: false }, { expiresAt: new Date(Date.now() + 3_600_000) }])(
      'cannot be changed to %j either, while its description can',
      async (changes) => {
        const { id, userId } = await token();
        await passwordLogins(false);
        const update = (values: object): Promise<unknown> =>
          services.unitOfWork.write(SYSTEM, (tx) => services.tokens.update(tx, PersonalToken, { id, userId }, values));
        await expect(update(changes)).rejects.toMatchObject({ code: 'last_admin' });
        await update({ label: 'described' });
      },
    );

    it('can be revoked when its owner has a password to sign in with', async () => {
      await revoke(await token());
    });

    it('does not count for an administrator who is blocked', async () => {
      const other = await administrator();
      await services.users.update(SYSTEM, other, { blocked: true });
      const [last, blocked] = [await token(), await token(other)];
      await passwordLogins(false);
      await expect(revoke(last)).rejects.toMatchObject({ code: 'last_admin' });
      await revoke(blocked);
    });

    it('of a regular user can be revoked whatever administrators have', async () => {
      const theirs = await token(await regular());
      await revoke(theirs);
    });
  });

  describe('of two simultaneous changes that each rely on what the other removes', () => {
    it('one revocation is refused', async () => {
      await token();
      await passwordLogins(false);
      for (let round = 0; round < ROUNDS; round += 1) {
        const [first, second] = [await token(), await token()];
        await server.dataSource.manager.delete(PersonalToken, { userId: ADMIN.id, id: Not(In([first.id, second.id])) });
        expect(await outcomes(revoke(first), revoke(second))).toEqual(['done', 'last_admin']);
      }
    });

    it('the revocation or the end of password logins is refused', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const last = await token();
        expect(await outcomes(revoke(last), passwordLogins(false))).toEqual(['done', 'last_admin']);
        await passwordLogins(true);
        await server.dataSource.manager.delete(PersonalToken, { userId: ADMIN.id });
      }
    });

    it('the revocation, or the demotion of the other administrator, is refused', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const other = await administrator();
        const [own, theirs] = [await token(), await token(other)];
        await passwordLogins(false);
        const demotion = services.users.update(SYSTEM, ADMIN.id, { admin: false });
        expect(await outcomes(revoke(theirs), demotion)).toEqual(['done', 'last_admin']);
        await passwordLogins(true);
        await services.users.update(SYSTEM, ADMIN.id, { admin: true });
        await services.users.update(SYSTEM, other, { admin: false });
        await server.dataSource.manager.delete(PersonalToken, { id: In([own.id, theirs.id]) });
      }
    });

    it('a promotion does not count a token that is being revoked', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const other = await regular();
        const [own, theirs] = [await token(), await token(other)];
        await passwordLogins(false);
        await outcomes(
          revoke(theirs),
          services.users.update(SYSTEM, other, { admin: true }),
          services.users.update(SYSTEM, ADMIN.id, { admin: false }),
        );
        const admins = await server.dataSource.manager.findBy(User, { admin: true });
        const ids = admins.map(({ id }) => id);
        expect(await server.dataSource.manager.existsBy(PersonalToken, { userId: In(ids) })).toBe(true);
        await passwordLogins(true);
        await services.users.update(SYSTEM, ADMIN.id, { admin: true });
        await services.users.update(SYSTEM, other, { admin: false });
        await server.dataSource.manager.delete(PersonalToken, { id: In([own.id, theirs.id]) });
      }
    });
  });
});
