/** Changes by a service or an anonymous caller: neither is treated as the server itself. */
import { expect, it } from '@jest/globals';
import { SYSTEM, Token, anonymousFrom, type Actor } from '../../src/core/index.js';
import { AccountService, PersonalToken } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { issueToken, newToken, sharedServer } from '../support/services.js';
import { ACCOUNT } from '../support/test-server.js';

onBothEngines('an author who is not a user', (engine) => {
  const shared = sharedServer(engine);

  const serviceOf = (token: Token): Actor => ({
    ...anonymousFrom({ address: null }),
    kind: 'service',
    tokenId: token.id,
    userName: token.label,
  });

  const issue = (actor: Actor): Promise<PersonalToken> =>
    shared.services.unitOfWork.write(actor, (tx) =>
      shared.services.tokens.issue(tx, PersonalToken, newToken(shared.services, shared.services.hashing.newSecret())),
    );

  it('cannot change anything as a service once its token is revoked, disabled or expired', async () => {
    const { clock, dataSource } = shared.server;
    const ends: ((token: Token) => Promise<unknown>)[] = [
      ({ id }) =>
        shared.services.unitOfWork.write(SYSTEM, (tx) =>
          shared.services.tokens.revoke(tx, Token, { id, userId: 1000 }),
        ),
      ({ id }) => dataSource.getRepository(PersonalToken).update({ id }, { enabled: false }),
      ({ id }) => dataSource.getRepository(PersonalToken).update({ id }, { expiresAt: clock.now() }),
    ];
    for (const end of ends) {
      const { token } = await issueToken(shared.services);
      await expect(issue(serviceOf(token))).resolves.toMatchObject({ createdBy: null });
      await end(token);
      await expect(issue(serviceOf(token))).rejects.toMatchObject({ code: 'unauthenticated' });
    }
  });

  it('cannot do in an account what only its administrators may do', async () => {
    const accounts = shared.server.app.get(AccountService);
    const { token } = await issueToken(shared.services);
    const work = (actor: Actor): Promise<boolean> => accounts.change(actor, ACCOUNT.id, () => Promise.resolve(true));
    await expect(work(SYSTEM)).resolves.toBe(true);
    for (const actor of [serviceOf(token), anonymousFrom({ address: '192.0.2.1' })]) {
      await expect(work(actor)).rejects.toMatchObject({ code: 'not_permitted' });
    }
  });
});
