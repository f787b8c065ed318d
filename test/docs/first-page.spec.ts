/** The first page says what the server is and leads to everything else, and asks nobody else for anything. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DIALECTS } from '../../src/dialects.js';
import { PRODUCT_VERSION } from '../../src/version.js';
import { send, type Reply } from '../support/http.js';
import { startServer, type TestServer } from '../support/test-server.js';

describe('the first page', () => {
  let server: TestServer;
  let page: Reply;

  beforeAll(async () => {
    server = await startServer('sqlite');
    page = await send(server.baseUrl, 'GET', '/');
  });
  afterAll(() => server.close());

  const references = (text: string): string[] =>
    [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, target = '']) => target);

  it('is a page with a title, a viewport, an icon and a language', () => {
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const part of ['<html lang="en">', '<title>Latchkey</title>', 'name="viewport"', 'rel="icon"']) {
      expect(page.text).toContain(part);
    }
  });

  it('names every dialect and the version, and says how to get a token', () => {
    for (const { title } of DIALECTS) expect(page.text).toContain(`<strong>${title}</strong>`);
    expect(page.text).toContain(`<dd>${PRODUCT_VERSION}</dd>`);
    expect(page.text).toContain('latchkey admin create-token');
  });

  it.each(['/', '/docs'])('%s refers only to what this server has', async (address) => {
    const { text, headers } = await send(server.baseUrl, 'GET', address);
    const targets = references(text);
    expect(targets.length).toBeGreaterThan(4);
    for (const target of targets) {
      const { origin, pathname, search } = new URL(target, `${server.baseUrl}${address}`);
      expect(origin).toBe(server.baseUrl);
      expect([target, (await send(server.baseUrl, 'GET', `${pathname}${search}`)).status]).toEqual([target, 200]);
    }
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/);
    expect(text).not.toMatch(/<style|<script(?! src=)| style=| on\w+=/);
  });

  it('has an icon, and answers only what reads', async () => {
    const { status, headers } = await send(server.baseUrl, 'GET', '/favicon.ico');
    expect([status, headers['content-type']]).toEqual([200, 'image/svg+xml; charset=utf-8']);
    expect((await send(server.baseUrl, 'POST', '/')).status).toBe(404);
    expect((await send(server.baseUrl, 'HEAD', '/')).status).toBe(200);
  });
});
