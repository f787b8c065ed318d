/** A route of a host application that is an application of Cloudflare Access: its policies decide there as well. */
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import {
  AdmitTokens,
  CurrentPrincipal,
  DataPlaneModule,
  TokenGuard,
  type TokenPrincipal,
} from '../../src/data-plane.js';
import { CloudflareModule } from '../../src/dialects/cloudflare/index.js';
import { LatchkeyModule } from '../../src/foundation.js';
import { closeLater } from '../support/closing.js';
import { onBothEngines, type TestDatabase } from '../support/engines.js';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN, startServer } from '../support/test-server.js';
import { guardedApplication } from './guarded.js';
import { bearer, cast, pair, type Headers } from './support.js';

/** A host with two routes, over the database of a server that has stopped. */
async function startHost(database: TestDatabase, application: string): Promise<string> {
  const { protocol, pathname } = new URL(database.url);
  const address =
    protocol === 'sqlite:'
      ? { engine: 'sqlite' as const, path: pathname }
      : { engine: 'postgres' as const, url: database.url };
  const latchkey = LatchkeyModule.forRoot({ database: address, bcryptCost: 4 });
  @Controller('routes')
  @UseGuards(TokenGuard)
  class Routes {
    @Get('application')
    @AdmitTokens({ application })
    named(@CurrentPrincipal() { token }: TokenPrincipal): string {
      return token.label;
    }

    @Get('unknown')
    @AdmitTokens({ application: 'f'.repeat(64) })
    unknown(): string {
      return 'reached';
    }
  }
  @Module({
    imports: [
      latchkey,
      DataPlaneModule.forRoot({ path: 'auth', imports: [latchkey] }),
      CloudflareModule.forRoot({ imports: [latchkey] }),
    ],
    controllers: [Routes],
  })
  class Host {}
  const app = await NestFactory.create<NestExpressApplication>(Host, { logger: false, abortOnError: false });
  closeLater(async () => {
    await app.close();
    await database.drop();
  });
  await app.listen(0, '127.0.0.1');
  return `http://127.0.0.1:${String((app.getHttpServer().address() as AddressInfo).port)}`;
}

onBothEngines('a route that names an application', (engine) => {
  it('admits whom its policies admit, until they are changed', async () => {
    const server = await startServer(engine);
    const cf = cast(server);
    const [own, other, foreign] = [
      await cf.token(ACCOUNT.id),
      await cf.token(ACCOUNT.id),
      await cf.token(await cf.account()),
    ];
    const { id, aud, policyId } = await guardedApplication(server, { include: [{ type: 'token', tokenId: own.id }] });
    await server.stop();

    const url = await startHost(server.database, aud);
    const status = async (headers: Headers, route = 'application'): Promise<number> =>
      (await send(url, 'GET', `/routes/${route}`, { headers })).status;
    expect(await status({ ...pair(own), Authorization: 'Bearer sk-own' })).toBe(200);
    expect([await status(pair(other)), await status(pair(foreign)), await status(bearer(ADMIN.token))]).toEqual([
      403, 403, 403,
    ]);
    expect([await status({}), await status({ ...pair(own), 'CF-Access-Client-Secret': 'x' })]).toEqual([401, 401]);
    // A mistake of the host, which admits nobody.
    expect(await status(pair(own), 'unknown')).toBe(500);
    const policy = `/client/v4/accounts/${ACCOUNT.id}/access/apps/${id}/policies/${policyId}`;
    const body = JSON.stringify({ name: 'any', decision: 'non_identity', include: [{ any_valid_service_token: {} }] });
    expect((await send(url, 'PUT', policy, { headers: bearer(ADMIN.token), body })).status).toBe(200);
    expect([await status(pair(other)), await status(pair(foreign))]).toEqual([200, 403]);
  });
});
