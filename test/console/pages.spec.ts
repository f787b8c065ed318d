import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ConsoleModule } from '../../src/foundation.js';
import { builtConsole } from '../support/built-console.js';
import { closeLater } from '../support/closing.js';
import { send, type Reply } from '../support/http.js';
import { startServer, type TestServer } from '../support/test-server.js';

/** The addresses of scripts, styles and images that a page names, as a browser resolves them. */
function named(page: Reply, address: string): string[] {
  return [...page.text.matchAll(/(?:href|src)="([^"]+)"/g)].map(
    ([, target = '']) => new URL(target, `http://host${address}`).pathname,
  );
}

const metaOf = (page: Reply, name: string): string =>
  new RegExp(`<meta (?:name|property)="${name}" content="([^"]*)"`).exec(page.text)?.[1] ?? '';

describe('the pages of the console', () => {
  let server: TestServer;
  const get = (address: string, headers: Record<string, string> = {}): Promise<Reply> =>
    send(server.baseUrl, 'GET', address, { headers });

  beforeAll(async () => {
    await builtConsole();
    server = await startServer('sqlite');
  });
  afterAll(() => server.close());

  it.each(['/console/', '/console/tokens', '/console/tokens/abc?state=active', '/console/a/b/c'])(
    'are one page at every address, which is not kept: %s',
    async (address) => {
      const page = await get(address);
      expect([page.status, page.headers['content-type'], page.headers['cache-control']]).toEqual([
        200,
        'text/html; charset=utf-8',
        'no-store',
      ]);
      const files = named(page, address);
      expect(files.length).toBeGreaterThan(2);
      for (const file of files) {
        expect(file).toMatch(/^\/console\/(assets\/)?[\w.-]+$/);
        expect([file, (await get(file)).status]).toEqual([file, 200]);
      }
      const base = new URL(metaOf(page, 'latchkey-base'), `http://host${address}`);
      expect(base.pathname).toBe('/console/');
      expect(new URL(metaOf(page, 'latchkey-api'), base).pathname).toBe('/latchkey/v1');
    },
  );

  it('allow nothing but files of this server, and styles with the nonce of this answer', async () => {
    const [one, other] = [await get('/console/'), await get('/console/')];
    const nonce = metaOf(one, 'csp-nonce');
    expect(nonce).toMatch(/^[\w+/]{24}$/);
    expect(metaOf(other, 'csp-nonce')).not.toBe(nonce);
    const policy = String(one.headers['content-security-policy']);
    const parts = policy.split('; ');
    expect(parts).toContain("default-src 'none'");
    expect(parts).toContain("script-src 'self'");
    expect(parts).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(parts).toContain("connect-src 'self'");
    expect(parts).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    expect(one.text).not.toMatch(/<style|<script(?! type="module" crossorigin src=)| style=| on\w+=/);
  });

  it('have files that are kept for ever, compressed for those who can read it', async () => {
    const page = await get('/console/');
    const assets = named(page, '/console/').filter((file) => file.includes('/assets/'));
    expect(assets.length).toBeGreaterThan(1);
    for (const file of assets) {
      const plain = await get(file, { 'Accept-Encoding': 'identity' });
      expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(plain.headers['x-content-type-options']).toBe('nosniff');
      expect(plain.text).not.toMatch(/\bfetch\("https?:|sourceMappingURL/);
    }
    const [script = ''] = assets.filter((file) => file.endsWith('.js'));
    const small = await get(script, { 'Accept-Encoding': 'gzip' });
    expect(small.headers['content-encoding']).toBe('gzip');
  });

  it.each(['/console/assets/none-12345678.js', '/console/assets/../index.html', '/console/assets/%2e%2e%2findex.html'])(
    'have no other files: %s',
    async (address) => {
      const reply = await get(address);
      expect([reply.status, reply.headers['cache-control']]).toEqual([404, 'no-store']);
    },
  );

  it('begin in their folder, and are only read', async () => {
    const moved = await get('/console?x=1');
    expect([moved.status, moved.headers.location]).toEqual([302, 'console/?x=1']);
    const posted = await send(server.baseUrl, 'POST', '/console/', { body: '{}' });
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD']);
    expect((await send(server.baseUrl, 'HEAD', '/console/')).status).toBe(200);
    expect((await get('/consoles')).status).toBe(404);
  });

  it('are linked from the first page', async () => {
    expect(named(await get('/'), '/')).toContain('/console/');
  });
});

describe('CONSOLE=off', () => {
  it('leaves nothing of them', async () => {
    const server = await startServer('sqlite', { CONSOLE: 'off' });
    expect((await send(server.baseUrl, 'GET', '/console/')).status).toBe(404);
    expect((await send(server.baseUrl, 'GET', '/')).text).not.toContain('href="console');
    await server.close();
  });
});

describe('the console in a host', () => {
  async function hostWith(options: Parameters<typeof ConsoleModule.forRoot>[0], prefix?: string): Promise<string> {
    const app = await NestFactory.create<NestExpressApplication>(ConsoleModule.forRoot(options), {
      logger: false,
      abortOnError: false,
    });
    if (prefix !== undefined) app.setGlobalPrefix(prefix);
    // A host's own page for everything.
    app.use('/anything', (_request: unknown, response: { end: (text: string) => void }) => {
      response.end('of the host');
    });
    await app.listen(0, '127.0.0.1');
    closeLater(() => app.close());
    return app.getUrl();
  }

  it('is served where the host wants it, with its API where the host has it', async () => {
    const url = await hostWith({ path: 'admin/tokens', api: 'tokens/api' }, 'shop');
    const page = await send(url, 'GET', '/shop/admin/tokens/people/7');
    expect(page.status).toBe(200);
    const base = new URL(metaOf(page, 'latchkey-base'), `${url}/shop/admin/tokens/people/7`);
    expect(base.pathname).toBe('/shop/admin/tokens/');
    expect(new URL(metaOf(page, 'latchkey-api'), base).pathname).toBe('/shop/tokens/api');
    expect((await send(url, 'GET', '/admin/tokens/')).status).toBe(404);
    expect((await send(url, 'GET', '/anything')).text).toBe('of the host');
  });

  it.each([{ path: '/' }, { path: '' }, { path: '/:tenant' }, { api: 'https://other.example/v1' }])(
    'refuses paths that cannot be: %j',
    (options) => {
      expect(() => ConsoleModule.forRoot(options)).toThrow(/ConsoleModule cannot have the (path|api) .* such as/);
    },
  );
});
