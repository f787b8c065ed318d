/** The OpenAPI documents of a host show the paths that it serves. */
import { expect, it } from '@jest/globals';
import { SwaggerModule } from '@nestjs/swagger';
import {
  CloudflareModule,
  DataPlaneModule,
  LatchkeyModule,
  cloudflareDocument,
  dataPlaneDocument,
  withForwardAuth,
} from '../../src/index.js';
import { send } from '../support/http.js';
import { startHost } from '../support/shop.js';
import { IN_MEMORY } from './support.js';

it('documents of a host with a global prefix have the paths that it serves', async () => {
  const latchkey = LatchkeyModule.forRoot({ database: IN_MEMORY, bcryptCost: 4 });
  const imports = [latchkey];
  const host = await startHost(
    {
      imports: [latchkey, CloudflareModule.forRoot({ path: '/cf', imports }), DataPlaneModule.forRoot({ imports })],
    },
    (app) => app.setGlobalPrefix('api'),
  );
  const cloudflare = SwaggerModule.createDocument(host.app, cloudflareDocument(), { include: [CloudflareModule] });
  const dataPlane = SwaggerModule.createDocument(host.app, dataPlaneDocument(), { include: [DataPlaneModule] });
  expect(Object.keys(cloudflare.paths)).toContain('/api/cf/user/tokens/verify');
  expect(Object.keys(withForwardAuth(dataPlane, '/api').paths)).toEqual([
    '/api/verify',
    '/api/oauth2/introspect',
    '/api/oauth2/revoke',
  ]);
  for (const [path, status] of [
    ['/api/cf/user/tokens/verify', 400],
    ['/api/verify', 401],
  ] as const) {
    expect((await send(host.baseUrl, 'GET', path)).status).toBe(status);
  }
});
