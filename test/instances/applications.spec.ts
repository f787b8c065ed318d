/** What is changed of applications on one instance counts on another, which had it all in memory, when the call returns. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SigningKeyCreated, SigningKeys } from '../../src/assertions/index.js';
import { SYSTEM } from '../../src/core/index.js';
import { ask, assertionOf, partOf } from '../data-plane/guarded.js';
import { pair as credentials } from '../data-plane/support.js';
import {
  ANY_TOKEN as ANY,
  appsOf,
  named,
  policiesOf,
  newApplication,
  newPolicy,
} from '../dialects/cloudflare/access-support.js';
import { cast, ok, tokenPath, type ServiceTokenWithSecret } from '../dialects/cloudflare/support.js';
import { ACCOUNT } from '../support/test-server.js';
import { startPair, type Instance, type Pair } from './pair.js';

const OWNER = `/accounts/${ACCOUNT.id}`;
const DAY_MS = 86_400_000;
const ROUNDS = 5;

let pair: Pair;
let a: Instance;
let b: Instance;
let cf: ReturnType<typeof cast>;
let token: ServiceTokenWithSecret;

describe('an instance that had all in memory learns of', () => {
  beforeAll(async () => {
    pair = await startPair({ TRUST_PROXY: '127.0.0.1' });
    ({ a, b } = pair);
    cf = cast(a);
  });
  afterAll(() => pair.close());
  beforeEach(async () => {
    token = await cf.token(ACCOUNT.id);
  });

  /** At the other instance. */
  const status = async (rule: string, headers = credentials(token)): Promise<number> =>
    (await ask(b, rule, headers)).status;

  it('a policy of an application: changed, added and deleted', async () => {
    const { id, policies } = await newApplication(cf, OWNER, {
      policies: [{ name: 'services', decision: 'non_identity', include: [ANY], precedence: 5 }],
    });
    const path = `${appsOf(OWNER)}/${id}/policies`;
    const [policy] = policies;
    for (let round = 0; round < ROUNDS; round += 1) {
      expect(await status(`app=${id}`)).toBe(200);
      const body = { name: 'services', decision: 'non_identity', precedence: 5 };
      ok(await cf.admin.put(`${path}/${String(policy?.id)}`, { ...body, include: [{ ip: { ip: '203.0.113.0/24' } }] }));
      expect(await status(`app=${id}`)).toBe(403);
      ok(await cf.admin.put(`${path}/${String(policy?.id)}`, { ...body, include: [named(token.id)] }));
      expect(await status(`app=${id}`)).toBe(200);
      const deny = { name: 'nobody', decision: 'deny', include: [{ everyone: {} }], precedence: 1 };
      const added = ok<{ id: string }>(await cf.admin.post(path, deny), 201);
      expect(await status(`app=${id}`)).toBe(403);
      ok(await cf.admin.delete(`${path}/${added.id}`), 202);
    }
  });

  it('a reusable policy, in every application that has it', async () => {
    const policy = await newPolicy(cf, OWNER);
    const applications = [
      await newApplication(cf, OWNER, { policies: [policy.id] }),
      await newApplication(cf, OWNER, { domain: 'other.example.com', policies: [policy.id] }),
    ];
    const statuses = async (): Promise<number[]> =>
      Promise.all(applications.map(async ({ aud }) => status(`app=${aud}`)));
    for (let round = 0; round < ROUNDS; round += 1) {
      expect(await statuses()).toEqual([200, 200]);
      ok(
        await cf.admin.put(`${policiesOf(OWNER)}/${policy.id}`, {
          ...policy,
          include: [{ email: { email: 'a@example.com' } }],
        }),
      );
      expect(await statuses()).toEqual([403, 403]);
      ok(await cf.admin.put(`${policiesOf(OWNER)}/${policy.id}`, { ...policy, include: [ANY] }));
    }
  });

  it('an application: its policies, its header, its addresses, and its end', async () => {
    const policy = await newPolicy(cf, OWNER);
    const fields = { name: 'moving', type: 'self_hosted', domain: 'moving.example.com', policies: [policy.id] };
    const { id, aud } = await newApplication(cf, OWNER, fields);
    const at = (host: string): Promise<number> =>
      status('app=host', { ...credentials(token), 'X-Forwarded-Host': host, 'X-Forwarded-Uri': '/' });
    const path = `${appsOf(OWNER)}/${id}`;
    expect([await status(`app=${aud}`), await at('moving.example.com'), await at('moved.example.com')]).toEqual([
      200, 200, 403,
    ]);
    ok(await cf.admin.put(path, { ...fields, domain: 'moved.example.com', policies: [] }));
    expect([await status(`app=${aud}`), await at('moving.example.com'), await at('moved.example.com')]).toEqual([
      403, 403, 403,
    ]);
    ok(await cf.admin.put(path, { ...fields, domain: 'moved.example.com' }));
    expect([await status(`app=${aud}`), await at('moved.example.com')]).toEqual([200, 200]);
    ok(await cf.admin.delete(path), 202);
    expect([await status(`app=${aud}`), await status(`app=${id}`), await at('moved.example.com')]).toEqual([
      400, 400, 403,
    ]);
  });

  it('a token that is admitted: disabled, rotated, deleted', async () => {
    const { id } = await newApplication(cf, OWNER, {
      policies: [{ name: 'services', decision: 'non_identity', include: [ANY] }],
    });
    const path = tokenPath(ACCOUNT.id, token.id);
    expect(await status(`app=${id}`)).toBe(200);
    ok(await cf.admin.put(path, { enabled: false }));
    expect(await status(`app=${id}`)).toBe(401);
    ok(await cf.admin.put(path, { enabled: true }));
    expect(await status(`app=${id}`)).toBe(200);
    const rotated = await cf.rotate(ACCOUNT.id, token.id);
    expect([await status(`app=${id}`), await status(`app=${id}`, credentials(rotated))]).toEqual([401, 200]);
    ok(await cf.admin.delete(path));
    expect(await status(`app=${id}`, credentials(rotated))).toBe(401);
  });

  it('a key: both sign by the next one when its time has come, and publish the same', async () => {
    const { id } = await newApplication(cf, OWNER, {
      policies: [{ name: 'services', decision: 'non_identity', include: [ANY] }],
    });
    const kids = async (instance: Instance): Promise<string[]> =>
      (await instance.app.get(SigningKeys).published()).map(({ publicKey }) => publicKey.kid);
    const kidAt = async (instance: Instance, one: ServiceTokenWithSecret): Promise<unknown> =>
      partOf(assertionOf(await ask(instance, `app=${id}`, credentials(one))), 0).kid;
    const [current, next] = await kids(a);
    expect([await kids(b), await kidAt(a, token), await kidAt(b, token)]).toEqual([[current, next], current, current]);
    await a.unitOfWork.write(SYSTEM, async (tx) => {
      await tx.manager.query(`UPDATE latchkey_signing_key SET signs_from = signs_from - ${String(43 * DAY_MS)}`);
      tx.record(new SigningKeyCreated({ kid: String(next), signs_from: tx.now.toISOString() }));
    });
    const other = await cf.token(ACCOUNT.id);
    expect([await kidAt(a, other), await kidAt(b, other)]).toEqual([next, next]);
    await a.app.get(SigningKeys).maintain();
    const published = await kids(a);
    expect(published).toHaveLength(3);
    // A new key signs only weeks later: nobody waits until every instance has it.
    for (let waits = 0; waits < 200 && (await kids(b)).length < published.length; waits++) await delay(20);
    expect(await kids(b)).toEqual(published);
  });
});
