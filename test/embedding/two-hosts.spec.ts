import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  Clock,
  CloudflareModule,
  DataPlaneModule,
  EventBus,
  LatchkeyModule,
  Verifier,
  Secret,
} from '../../src/index.js';
import { createDatabase, type TestDatabase } from '../support/engines.js';
import { send } from '../support/http.js';
import { shopDatabase, startHost, type Host } from '../support/shop.js';
import { TestClock } from '../support/test-clock.js';
import { ADMIN } from '../support/test-server.js';
import { addressOf, firstStart, issueServiceToken, presented } from './support.js';

const YEAR = 365 * 86_400_000;

describe('two hosts in one process', () => {
  let databases: TestDatabase[];
  let one: Host;
  let other: Host;
  const clock = new TestClock();
  const otherAdmin = ADMIN.token.toUpperCase();

  beforeAll(async () => {
    const [first, second] = [await createDatabase('sqlite'), await createDatabase('postgres')];
    databases = [first, second];
    const ofOne = LatchkeyModule.forRoot({
      database: addressOf(first),
      bcryptCost: 4,
      providers: [{ provide: Clock, useValue: clock }],
    });
    const ofOther = LatchkeyModule.forRoot({ connectionName: 'tokens', bcryptCost: 4 });
    one = await startHost(
      {
        imports: [
          ofOne,
          CloudflareModule.forRoot({ path: 'of-one/cloudflare', secretPrefix: 'one_', imports: [ofOne] }),
          DataPlaneModule.forRoot({ path: 'of-one', maxAgeSeconds: 60, imports: [ofOne] }),
        ],
      },
      (app) => app.setGlobalPrefix('api'),
    );
    other = await startHost({
      imports: [
        TypeOrmModule.forRoot({ ...shopDatabase(addressOf(second)), name: 'tokens' }),
        ofOther,
        CloudflareModule.forRoot({ secretPrefix: 'other_', imports: [ofOther] }),
        DataPlaneModule.forRoot({ imports: [ofOther] }),
      ],
    });
    await firstStart(one);
    await firstStart(other, otherAdmin);
  });
  afterAll(async () => {
    await one.close();
    await other.close();
    await Promise.all(databases.map((database) => database.drop()));
  });

  const inOne = () => issueServiceToken(`${one.baseUrl}/api/of-one/cloudflare`, ADMIN.token);
  const inOther = () => issueServiceToken(`${other.baseUrl}/client/v4`, otherAdmin);
  const verifiedBy = async (host: Host, token: Awaited<ReturnType<typeof inOne>>): Promise<[number, unknown]> => {
    const address = host === one ? '/api/of-one/verify' : '/verify';
    const { status, headers } = await send(host.baseUrl, 'GET', address, { headers: presented(token) });
    return [status, headers['cache-control']];
  };

  it('have their own prefixes, and none of the other’s', async () => {
    expect((await inOne()).client_secret).toMatch(/^one_/);
    expect((await inOther()).client_secret).toMatch(/^other_/);
    for (const [host, addresses] of [
      [one, ['/client/v4/accounts', '/api/client/v4/accounts', '/verify', '/of-one/verify']],
      [other, ['/of-one/cloudflare/accounts', '/api/of-one/cloudflare/accounts', '/api/of-one/verify']],
    ] as const) {
      for (const address of addresses) {
        const { status, text } = await send(host.baseUrl, 'GET', address);
        expect([status, text]).toEqual([404, expect.stringContaining(`Cannot GET ${address}`)]);
      }
    }
  });

  it('have their own tokens, users and settings', async () => {
    const [ofOne, ofOther] = [await inOne(), await inOther()];
    expect(await verifiedBy(one, ofOne)).toEqual([200, 'max-age=60, must-revalidate']);
    expect(await verifiedBy(other, ofOther)).toEqual([200, 'no-store']);
    expect((await verifiedBy(one, ofOther))[0]).toBe(401);
    expect((await verifiedBy(other, ofOne))[0]).toBe(401);
    const statusOf = async (host: Host, token: string): Promise<string> =>
      (await host.app.get(Verifier).verify({ secret: new Secret(token) })).status;
    expect([await statusOf(one, ADMIN.token), await statusOf(one, otherAdmin)]).toEqual(['valid', 'unknown']);
    expect([await statusOf(other, ADMIN.token), await statusOf(other, otherAdmin)]).toEqual(['unknown', 'valid']);
  });

  it('have their own clocks', async () => {
    const [ofOne, ofOther] = [await inOne(), await inOther()];
    clock.advance(2 * YEAR);
    expect([(await verifiedBy(one, ofOne))[0], (await verifiedBy(other, ofOther))[0]]).toEqual([401, 200]);
    clock.reset();
    expect((await verifiedBy(one, ofOne))[0]).toBe(200);
  });

  it('do not receive each other’s changes', async () => {
    const heard: string[] = [];
    const stops = [one, other].map(({ app }, index) =>
      app.get(EventBus).subscribe(({ type }) => void heard.push(`${String(index)} ${type}`)),
    );
    await inOne();
    expect(heard).toEqual(['0 token.issued']);
    for (const stop of stops) stop();
  });

  it('can be closed independently of each other', async () => {
    const ofOther = await inOther();
    await one.close();
    expect((await verifiedBy(other, ofOther))[0]).toBe(200);
    expect((await inOther()).client_secret).toMatch(/^other_/);
  });
});
