/** The cache of an instance under events in any order: what it reads before a revoke is evicted when the revoke returns. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SYSTEM, Secret } from '../../src/core/index.js';
import { SessionToken, USER_AUDIENCE } from '../../src/identity/index.js';
import { ADMIN } from '../support/test-server.js';
import { cutListeners, startPair, until } from './pair.js';

/**
 * `fill`: a verification, delayed between the token and its owner while the users are locked;
 * `revoke`: elsewhere; `cut`: the listener is lost; `fence`: the lease is taken away; `listen`: until both are restored;
 * `release`: the users are unlocked, and delayed verifications continue.
 */
type Step = 'fill' | 'revoke' | 'cut' | 'fence' | 'listen' | 'release';

/** Orders that have revealed a fault. */
const KNOWN: Step[][] = [
  ['fill', 'revoke', 'release'],
  ['fill', 'revoke', 'fill', 'release'],
  ['fill', 'cut', 'revoke', 'listen', 'release'],
  ['fill', 'cut', 'revoke', 'listen', 'fill', 'release'],
  ['fill', 'fence', 'revoke', 'fill', 'listen', 'release'],
  ['fill', 'cut', 'listen', 'revoke', 'fill', 'release'],
];

const ORDERS = fc.constantFrom<Step[]>([], ['cut', 'listen'], ['fence', 'listen']).chain((disturbance) => {
  const steps: Step[] = ['fill', 'fill', 'revoke', 'release', ...disturbance];
  return fc.shuffledSubarray(steps, { minLength: steps.length });
});

const TERMS = { audience: USER_AUDIENCE, lifetimeSeconds: 3600, address: null };

const { a, b } = await startPair();

const lookUps = async (): Promise<number> => {
  const [row] = await a.dataSource.query<{ waiting: number }[]>(
    `SELECT count(*)::int AS waiting FROM pg_locks JOIN pg_database ON pg_database.oid = database
     WHERE datname = current_database() AND relation = 'latchkey_user'::regclass AND NOT granted`,
  );
  return row?.waiting ?? 0;
};

/** Takes one credential through these steps. */
async function live(steps: readonly Step[]): Promise<void> {
  // A login: the revocation of a personal token reads its user, which is locked here.
  const { token, secret } = await a.sessions.login(ADMIN.email, new Secret(ADMIN.password), TERMS);
  const runner = a.dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query('LOCK TABLE latchkey_user IN ACCESS EXCLUSIVE MODE');
  const fills: { readonly isLate: boolean; readonly status: Promise<string> }[] = [];
  let [isLocked, isRevoked] = [true, false];
  const begin = async (step: Step): Promise<void> => {
    switch (step) {
      case 'fill':
        fills.push({ isLate: isRevoked, status: b.verifier.verify({ secret }).then(({ status }) => status) });
        if (isLocked && !isRevoked) await until(async () => (await lookUps()) > 0);
        return;
      case 'revoke':
        await a.unitOfWork.write(SYSTEM, (tx) => a.tokens.revoke(tx, SessionToken, token));
        isRevoked = true;
        return;
      case 'cut':
        await cutListeners(b);
        await until(() => !b.relay.isCurrent());
        return;
      case 'fence':
        await a.dataSource.query('UPDATE latchkey_instance SET fenced = TRUE');
        await until(() => !b.relay.isCurrent());
        return;
      case 'listen':
        await until(() => b.relay.isCurrent());
        return;
      case 'release':
        await runner.commitTransaction();
        await Promise.all(fills.map(({ status }) => status));
        isLocked = false;
    }
  };
  try {
    for (const step of steps) await begin(step);
    await begin('listen');
    for (const { isLate, status } of fills) if (isLate) expect(await status).toBe('unknown');
    expect((await b.verifier.verify({ secret })).status).toBe('unknown');
  } finally {
    await runner.release();
  }
}

it('the cache keeps nothing of a revoked credential, whenever it was read', async () => {
  const examples = KNOWN.map((steps): [Step[]] => [steps]);
  await fc.assert(fc.asyncProperty(ORDERS, live), { numRuns: KNOWN.length + 8, examples });
});
