/** Routes without a permission: the start fails and names them, and nobody can call one that gets past that. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/index.js';
import { ServiceTokensController } from '../../src/dialects/cloudflare/service-tokens.controller.js';
import { MountError } from '../../src/index.js';
import { HealthController } from '../../src/operations/health.controller.js';
import { createServer, type Server } from '../../src/standalone/server.js';
import { closeLater } from '../support/closing.js';
import { send } from '../support/http.js';
import { startHost, type Host } from '../support/shop.js';
import { ADMIN, ACCOUNT } from '../support/test-server.js';
import { IN_MEMORY, cloudflareAlone, firstStart, issueServiceToken } from './support.js';

const PERMISSION = 'latchkey:permission';

const restored: (() => void)[] = [];

/** Removes the permission of a handler until the end of the test. */
function removePermission(controller: { prototype: object }, name: string): void {
  const handler = Reflect.get(controller.prototype, name) as object;
  const permission: unknown = Reflect.getMetadata(PERMISSION, handler);
  expect(permission).toEqual(expect.any(String));
  Reflect.deleteMetadata(PERMISSION, handler);
  restored.push(() => {
    Reflect.defineMetadata(PERMISSION, permission, handler);
  });
}

async function standalone(): Promise<Server> {
  const settings = { DATABASE_URL: 'sqlite::memory:', LOG_LEVEL: 'silent', BCRYPT_COST: '4' };
  const server = await createServer(loadConfig(settings));
  closeLater(() => server.stop());
  return server;
}

const host = (): Promise<Host> => startHost({ imports: cloudflareAlone({ database: IN_MEMORY }) });

describe('a route without a permission', () => {
  afterEach(() => {
    for (const restore of restored.splice(0)) restore();
  });

  it('keeps the standalone server from starting, whether it belongs to a dialect or to the server itself', async () => {
    removePermission(ServiceTokensController, 'get');
    const ofDialect = await standalone().catch((error: unknown) => error);
    expect(ofDialect).toBeInstanceOf(MountError);
    expect(String(ofDialect)).toContain('ServiceTokensController.get declares no permission');
    for (const restore of restored.splice(0)) restore();

    removePermission(HealthController, 'live');
    const ofServer = await standalone().catch((error: unknown) => error);
    expect(ofServer).toBeInstanceOf(MountError);
    expect(String(ofServer)).toContain('HealthController.live declares no permission');
  });

  it('keeps a host from starting', async () => {
    removePermission(ServiceTokensController, 'rotate');
    const fault = await host().catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(MountError);
    expect(String(fault)).toContain('ServiceTokensController.rotate declares no permission');
  });

  it('is answered with 500 if it is called nevertheless', async () => {
    const running = await host();
    await firstStart(running);
    const { id } = await issueServiceToken(`${running.baseUrl}/client/v4`, ADMIN.token);
    const path = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens/${id}`;
    const headers = { Authorization: `Bearer ${ADMIN.token}` };
    expect((await send(running.baseUrl, 'GET', path, { headers })).status).toBe(200);
    removePermission(ServiceTokensController, 'get');
    const refused = await send(running.baseUrl, 'GET', path, { headers });
    expect([refused.status, refused.json<{ errors: { code: number }[] }>().errors[0]?.code]).toEqual([500, 10500]);
    await running.close();
  });
});
