/** The OpenAPI documents of a host show the paths that it serves. */
import { expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { ApiProperty, ApiResponse, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import {
  CloudflareModule,
  DataPlaneModule,
  LatchkeyModule,
  cloudflareDocument,
  dataPlaneDocument,
  withForwardAuth,
  withoutLatchkey,
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

class Part {
  @ApiProperty({ type: String })
  name = '';
}

class Order {
  @ApiProperty({ type: () => [Part] })
  parts: Part[] = [];
}

@Controller('tokens-of-the-shop')
class Orders {
  @Get()
  @ApiResponse({ status: 200, type: Order })
  list(): Order {
    return new Order();
  }
}

it.each(['', 'api'])(
  'the document of a host can be without the routes of Latchkey, with the prefix "%s"',
  async (prefix) => {
    const latchkey = LatchkeyModule.forRoot({ database: IN_MEMORY, bcryptCost: 4 });
    const imports = [latchkey];
    const dialects = [
      CloudflareModule.forRoot({ path: '/tokens', imports }),
      DataPlaneModule.forRoot({ path: '/checks', imports }),
    ];
    let made: ReturnType<typeof SwaggerModule.createDocument> | undefined;
    let kept: typeof made;
    // As hosts do: before the application listens.
    await startHost({ imports: [latchkey, ...dialects], controllers: [Orders] }, (app) => {
      if (prefix) app.setGlobalPrefix(prefix);
      made = SwaggerModule.createDocument(app, new DocumentBuilder().addBearerAuth().build());
      kept = withoutLatchkey(made, app);
    });
    const path = `${prefix ? `/${prefix}` : ''}/tokens-of-the-shop`;
    expect(Object.keys(made?.paths ?? {}).length).toBeGreaterThan(20);
    expect(Object.keys(kept?.paths ?? {})).toEqual([path]);
    expect(Object.keys(kept?.components?.schemas ?? {}).sort()).toEqual(['Order', 'Part']);
    expect(kept?.components?.securitySchemes).toEqual(made?.components?.securitySchemes);
  },
);
