import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Secret, TokenLookup, newCheckedSecret, type Credential } from '../../src/core/index.js';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { send } from '../support/http.js';
import { startProcess, type ServerProcess } from '../support/process.js';
import { servicesOf } from '../support/services.js';
import { ACCOUNT, ADMIN, startInMount } from '../support/test-server.js';
import { Client, hammer, requestOf } from './hammer.js';
import { bearer, pair, privately, type Headers, type ServiceTokenWithSecret } from './support.js';

// Times are compared on busy machines; a real fault fails every time.
jest.retryTimes(2);

const TOKENS = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;

const randomId = (): string => `${randomBytes(16).toString('hex')}.access`;
const randomSecret = (): string => newCheckedSecret('lkst_').reveal();

async function newToken(baseUrl: string): Promise<ServiceTokenWithSecret> {
  const reply = await send(baseUrl, 'POST', TOKENS, { headers: bearer(ADMIN.token), body: '{"name":"x"}' });
  return reply.json<{ result: ServiceTokenWithSecret }>().result;
}

/** Bytes in use after garbage collection. */
function usedMemory(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

const FLOOD = 20_000;
/** A cached token takes more than 1 KB: all of them would take 20 MB. */
const GROWTH_MAX = 6_000_000;

onBothEngines('the memory of verification', (engine) => {
  it('is not used up by unknown credentials, which displace no cached token', async () => {
    // The flood comes from this process: a lease that is renewed late would send known tokens to the database as well.
    const server = await startInMount(engine, { CREDENTIAL_CACHE_ENTRIES: '3', INSTANCE_LEASE_SECONDS: '60' });
    const { verifier } = servicesOf(server);
    const token = await newToken(server.baseUrl);
    const known: Headers[] = [pair(token), privately(ADMIN.token)];
    const statuses = async (): Promise<number[]> => {
      const replies = known.map((headers) => send(server.baseUrl, 'GET', '/verify', { headers }));
      return (await Promise.all(replies)).map(({ status }) => status);
    };
    const kind = 'service_token';
    const credentials: (() => Credential)[] = [
      () => ({ kind, handle: randomId(), secret: new Secret(randomSecret()) }),
      () => ({ kind, handle: token.client_id, secret: new Secret(randomSecret()) }),
      () => ({ secret: new Secret(randomBytes(32).toString('base64url')) }),
    ];
    const flood = async (count: number): Promise<void> => {
      for (let at = 0; at < count; at += 500) {
        const batch = Array.from(
          { length: 500 },
          (_, index) => credentials[index % 3]?.() ?? { secret: new Secret('') },
        );
        const verdicts = await Promise.all(batch.map((credential) => verifier.verify(credential)));
        expect([...new Set(verdicts.map(({ status }) => status))].sort()).toEqual(['unknown', 'wrong_secret']);
      }
    };
    expect(await statuses()).toEqual([200, 200]);
    await flood(1000);
    const before = usedMemory();
    await flood(FLOOD);
    expect(usedMemory() - before).toBeLessThan(GROWTH_MAX);
    const lookUps = jest.spyOn(server.app.get(TokenLookup), 'find');
    expect(await statuses()).toEqual([200, 200]);
    expect(lookUps).not.toHaveBeenCalled();
    lookUps.mockRestore();
  });
});

onBothEngines('during a flood of unknown credentials', (engine) => {
  let database: TestDatabase;
  let server: ServerProcess;
  let port: number;
  let valid: string[];

  beforeAll(async () => {
    database = await createDatabase(engine);
    const env = { DATABASE_URL: database.url, ADMIN_TOKEN: ADMIN.token, ACCOUNT_ID: ACCOUNT.id, LOG_LEVEL: 'silent' };
    server = await startProcess(env);
    port = Number(new URL(server.baseUrl).port);
    const tokens = await Promise.all(Array.from({ length: 8 }, () => newToken(server.baseUrl)));
    valid = tokens.map((token) => requestOf(pair(token)));
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const load = { connections: 4, milliseconds: 600 };
  const inTurn = (requests: readonly string[]): (() => string) => {
    let at = 0;
    return () => requests[(at += 1) % requests.length] ?? '';
  };

  it('valid credentials keep at least half the rate that they have next to as many valid ones', async () => {
    const floods = {
      'unknown handles': Array.from({ length: 3000 }, () =>
        pair({ client_id: randomId(), client_secret: randomSecret() }),
      ),
      'user tokens': Array.from({ length: 3000 }, () => privately(randomBytes(32).toString('base64url'))),
    };
    const rateBeside = async (others: () => string, status: number): Promise<number> => {
      const [rate, flood] = await Promise.all([hammer(port, load, inTurn(valid)), hammer(port, load, others)]);
      expect([Object.keys(rate), Object.keys(flood)]).toEqual([['200'], [String(status)]]);
      return rate[200] ?? 0;
    };
    await rateBeside(inTurn(valid), 200);
    for (const [name, credentials] of Object.entries(floods)) {
      const flood = inTurn(credentials.map(requestOf));
      const [before, during, after] = [
        await rateBeside(inTurn(valid), 200),
        await rateBeside(flood, 401),
        await rateBeside(inTurn(valid), 200),
      ];
      const share = during / Math.min(before, after);
      expect({ name, share, isEnough: share >= 0.5 }).toEqual({ name, share, isEnough: true });
    }
  });

  it('a wrong secret takes as long as an unknown handle, whether or not the token is cached', async () => {
    const client = await Client.open(port);
    const warm = await newToken(server.baseUrl);
    const cold = await newToken(server.baseUrl);
    expect(await client.ask(requestOf(pair(warm)))).toBe(200);
    const forms = [
      () => pair({ client_id: randomId(), client_secret: randomSecret() }),
      () => pair({ client_id: warm.client_id, client_secret: randomSecret() }),
      () => pair({ client_id: cold.client_id, client_secret: randomSecret() }),
    ];
    const times: number[][] = [[], [], []];
    for (let round = 0; round < 400; round += 1) {
      for (const [index, form] of forms.entries()) {
        const request = requestOf(form());
        const begun = performance.now();
        expect(await client.ask(request)).toBe(401);
        times[index]?.push(performance.now() - begun);
      }
    }
    client.close();
    const [unknown = 0, ...wrong] = times.map(median);
    for (const time of wrong) {
      expect(time / unknown).toBeGreaterThan(0.67);
      expect(time / unknown).toBeLessThan(1.5);
    }
  });
});

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
