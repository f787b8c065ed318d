/** Ending all access of a user, on one of two instances. */
import { expect, it } from '@jest/globals';
import { SYSTEM, type Secret, type Verdict } from '../../src/core/index.js';
import { ServiceToken } from '../../src/dialects/cloudflare/service-token.entity.js';
import { UserAccessService, USER_AUDIENCE } from '../../src/identity/index.js';
import { issueToken } from '../support/services.js';
import { ACCOUNT } from '../support/test-server.js';
import { startPair, type Instance } from './pair.js';

const TERMS = { audience: USER_AUDIENCE, lifetimeSeconds: 3600, address: null };

const { a, b } = await startPair();

/** A service token that the user has created. */
async function serviceToken({ unitOfWork, tokens, hashing }: Instance, userId: number): Promise<Secret> {
  const secret = hashing.newSecret();
  const author = { ...SYSTEM, kind: 'user' as const, userId, userName: 'Creator' };
  await unitOfWork.write(author, (tx) =>
    tokens.issue(tx, ServiceToken, {
      handle: `${'b'.repeat(32)}.access`,
      label: 'created',
      accountId: ACCOUNT.id,
      duration: 'forever',
      expiresAt: new Date('2100-01-01T00:00:00Z'),
      digest: hashing.digest(secret),
    }),
  );
  return secret;
}

it('takes effect on the other instance, which had everything cached, before the call returns', async () => {
  const { id } = await a.users.create(SYSTEM, { email: 'leaver@example.com', name: 'Leaver' });
  const { secret: personal } = await issueToken(a, { userId: id });
  const { secret: login } = await a.sessions.exchange(personal.reveal(), TERMS);
  const secrets = [personal, login, await serviceToken(a, id)];
  const statuses = async (): Promise<Verdict['status'][]> =>
    (await Promise.all(secrets.map(async (secret) => b.verifier.verify({ secret })))).map(({ status }) => status);

  expect(await statuses()).toEqual(['valid', 'valid', 'valid']);
  const ended = await a.app.get(UserAccessService).end(SYSTEM, id);
  expect(await statuses()).toEqual(['unknown', 'unknown', 'unknown']);
  expect(ended).toMatchObject({ own: { personal_token: 1, session: 1 }, created: { service_token: 1 } });
});
