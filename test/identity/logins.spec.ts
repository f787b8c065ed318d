import { expect, it } from '@jest/globals';
import { AuditRecord, SYSTEM, Secret } from '../../src/core/index.js';
import { PersonalToken, SessionToken, type OpenedSession } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { issueToken, servicesOf } from '../support/services.js';
import { ADMIN, startServer } from '../support/test-server.js';

const LIFETIME_SECONDS = 60;
const TERMS = { audience: 'canvus', lifetimeSeconds: LIFETIME_SECONDS, address: '192.0.2.1' };

onBothEngines('what is stored of a login', (engine) => {
  it('includes the e-mail address of a failed attempt, but no other text', async () => {
    const server = await startServer(engine);
    const { sessions } = servicesOf(server);
    const tried = ['my password by mistake', 'nobody@example.com', 'hunter2', 'two@at@signs', ''];
    for (const email of tried) {
      const attempt = sessions.login(email, new Secret('wrong'), TERMS);
      await expect(attempt).rejects.toMatchObject({ code: 'invalid_login' });
    }
    const audit = server.dataSource.getRepository(AuditRecord);
    const rows = await audit.find({ where: { action: 'user.login_failed' }, order: { id: 'ASC' } });
    expect(rows.map(({ targetName, occurrences }) => [targetName, occurrences])).toEqual([
      [null, 4],
      ['nobody@example.com', 1],
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/mistake|hunter2|two@at/);
  });

  it('includes no expired session of the same user; those of other users stay until they log in', async () => {
    const server = await startServer(engine);
    const { sessions, users } = servicesOf(server);
    const password = new Secret('a password of theirs');
    const other = await users.create(SYSTEM, { email: 'other@example.com', name: 'Other', password });
    const login = (): ReturnType<typeof sessions.login> =>
      sessions.login(ADMIN.email, new Secret(ADMIN.password), TERMS);
    const idsOf = async (userId: number): Promise<string[]> =>
      (await server.dataSource.getRepository(SessionToken).findBy({ userId })).map(({ id }) => id).sort();

    const expired = [await login(), await login()];
    const others = await sessions.login('other@example.com', password, TERMS);
    server.clock.advance((LIFETIME_SECONDS / 2) * 1000);
    const alive = await login();
    expect(await idsOf(ADMIN.id)).toEqual([...expired, alive].map(({ token }) => token.id).sort());
    server.clock.advance((LIFETIME_SECONDS / 2) * 1000);
    const latest = await login();
    expect(await idsOf(ADMIN.id)).toEqual([alive.token.id, latest.token.id].sort());
    expect(await idsOf(other.id)).toEqual([others.token.id]);
  });

  it('includes no session for a user who was blocked after the check of the password', async () => {
    const server = await startServer(engine);
    const { sessions, users } = servicesOf(server);
    const password = new Secret('a password of theirs');
    const { id } = await users.create(SYSTEM, { email: 'other@example.com', name: 'Other', password });
    const block = async (): Promise<boolean> => {
      await users.update(SYSTEM, id, { blocked: true });
      return true;
    };
    const login = sessions.login('other@example.com', password, { ...TERMS, isAllowed: block });
    await expect(login).rejects.toMatchObject({ code: 'invalid_login' });
    expect(await server.dataSource.getRepository(SessionToken).countBy({ userId: id })).toBe(0);
  });

  it('includes no session for a token that was disabled after the check', async () => {
    const server = await startServer(engine);
    const services = servicesOf(server);
    const { token, secret } = await issueToken(services);
    const exchange = (): Promise<OpenedSession> => services.sessions.exchange(secret.reveal(), TERMS);
    const disabled = (meanwhile: () => void): Promise<PersonalToken> =>
      services.unitOfWork.write(SYSTEM, async (tx) => {
        const { id } = await services.tokens.update(tx, PersonalToken, token, { enabled: false });
        meanwhile();
        // The exchanges have checked the token before this is committed.
        return tx.manager.findOneByOrFail(PersonalToken, { id });
      });

    const { token: session } = await exchange();
    expect(session.parentId).toBe(token.id);
    let late: Promise<unknown> = Promise.resolve();
    await disabled(() => {
      late = exchange().catch((error: unknown) => error);
    });
    expect(await late).toMatchObject({ code: 'invalid_login' });
    await expect(exchange()).rejects.toMatchObject({ code: 'invalid_login' });
    const left = await server.dataSource.getRepository(SessionToken).findBy({ parentId: token.id });
    expect(left.map(({ id }) => id)).toEqual([session.id]);
  });
});
