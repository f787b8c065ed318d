/** Changes made with a login whose token, or whose parent token, ends while the request is running. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { SYSTEM, Secret, type Actor } from '../../src/core/index.js';
import { PersonalToken, PersonalTokenService } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { issueToken, newToken, servicesOf } from '../support/services.js';
import { ADMIN, startServer } from '../support/test-server.js';

const TERMS = { audience: 'canvus', lifetimeSeconds: 60, address: null };

onBothEngines('a change by a login that comes from a personal token', (engine) => {
  it('is committed before the revocation of that token returns, or refused', async () => {
    const server = await startServer(engine);
    const services = servicesOf(server);
    const { token: parent, secret } = await issueToken(services);
    const { token: session } = await services.sessions.exchange(secret.reveal(), TERMS);
    const actor: Actor = {
      kind: 'user',
      userId: ADMIN.id,
      userName: 'Root',
      tokenId: session.id,
      admin: true,
      address: null,
    };
    const change = (meanwhile: () => Promise<unknown>): Promise<PersonalToken> =>
      services.unitOfWork.write(actor, async (tx) => {
        await meanwhile();
        const values = newToken(services, services.hashing.newSecret());
        return services.tokens.issue(tx, PersonalToken, values);
      });

    const order: string[] = [];
    let revoking: Promise<unknown> = Promise.resolve();
    await change(() => {
      const revocation = server.app.get(PersonalTokenService).revoke(SYSTEM, parent);
      revoking = revocation.then(() => order.push('revoked'));
      return delay(300);
    }).then(() => order.push('changed'));
    await revoking;
    expect(order).toEqual(['changed', 'revoked']);
    await expect(change(() => Promise.resolve())).rejects.toMatchObject({ code: 'unauthenticated' });
    await server.close();
  });
});

onBothEngines('a change by a login', (engine) => {
  it('is refused from the millisecond in which the login expires', async () => {
    const server = await startServer(engine);
    const services = servicesOf(server);
    const { token } = await services.sessions.login(ADMIN.email, new Secret(ADMIN.password), TERMS);
    const author = { userId: ADMIN.id, userName: 'Root', tokenId: token.id, admin: true, address: null };
    const change = (): Promise<string> =>
      services.unitOfWork.write({ kind: 'user', ...author }, () => Promise.resolve('changed'));
    const end = token.expiresAt?.getTime() ?? 0;
    server.clock.freeze(new Date(end - 1));
    expect(await change()).toBe('changed');
    server.clock.freeze(new Date(end));
    await expect(change()).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

onBothEngines('an exchange of a token for a login', (engine) => {
  it('is refused if that token, or the one for whose holder it is, changes after it was checked', async () => {
    const server = await startServer(engine);
    const services = servicesOf(server);
    const personal = server.app.get(PersonalTokenService);
    const { token: holder } = await issueToken(services);
    const exchange = async (meanwhile: (presented: PersonalToken) => Promise<unknown>): Promise<unknown> => {
      const { token, secret } = await issueToken(services);
      const subject = async (): Promise<PersonalToken> => {
        server.clock.advance(1000);
        await meanwhile(token);
        return holder;
      };
      return services.sessions.exchange(secret.reveal(), { ...TERMS, subject });
    };
    await expect(exchange(() => Promise.resolve())).resolves.toMatchObject({ user: { id: ADMIN.id } });
    const changes: ((presented: PersonalToken) => Promise<unknown>)[] = [
      (presented) => personal.revoke(SYSTEM, presented),
      (presented) => services.unitOfWork.write(SYSTEM, (tx) => personal.changeIn(tx, presented, { enabled: false })),
      (presented) => services.unitOfWork.write(SYSTEM, (tx) => personal.changeIn(tx, presented, { scopes: ['read'] })),
      () => personal.describe(SYSTEM, holder, 'changed meanwhile'),
    ];
    for (const change of changes) await expect(exchange(change)).rejects.toMatchObject({ code: 'invalid_login' });
  });
});
