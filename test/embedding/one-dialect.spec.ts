import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { send } from '../support/http.js';
import { shopDatabase, startHost, type Host } from '../support/shop.js';
import { ADMIN } from '../support/test-server.js';
import { addressOf, cloudflareAlone, firstStart, issueServiceToken } from './support.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

onBothEngines('a host on Nest’s default settings that embeds one dialect over its own connection', (engine) => {
  let database: TestDatabase;
  let host: Host;

  beforeAll(async () => {
    database = await createDatabase(engine);
    host = await startHost({ imports: cloudflareAlone({}, {}, shopDatabase(addressOf(database))) });
    await firstStart(host);
  });
  afterAll(async () => {
    await host.close();
    await database.drop();
  });

  it('serves it', async () => {
    const { client_secret: secret } = await issueServiceToken(`${host.baseUrl}/client/v4`, ADMIN.token);
    expect(secret).toMatch(/^lkst_/);
  });

  it.each([
    '/api/v1/users',
    '/api/v1/server-info',
    '/crmapi/rest/v2/access_tokens/list',
    '/verify',
    '/oauth2/introspect',
    '/health/live',
    '/docs',
    '/',
  ])('routes nothing else: %s is an unknown path of the host', async (address) => {
    const reply = await send(host.baseUrl, 'GET', address, { headers: { 'Private-Token': ADMIN.token } });
    const message = `Cannot GET ${address}`;
    expect([reply.status, reply.json()]).toEqual([404, { message, error: 'Not Found', statusCode: 404 }]);
  });
});

/** The files of the built package that are loaded for these imports, from `dist`. */
function loadedFor(...names: string[]): string[] {
  const hook = `
    import { writeSync } from 'node:fs';
    export function load(url, context, next) {
      if (url.includes('/dist/')) writeSync(1, url.split('/dist/').pop() + '\\n');
      return next(url, context);
    }`;
  const program = `
    import { register } from 'node:module';
    import 'reflect-metadata';
    register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hook))});
    ${names.map((name) => `await import('latchkey/${name}');`).join('\n')}`;
  const words = ['--input-type=module', '-e', program];
  const printed = execFileSync(process.execPath, words, { cwd: ROOT, encoding: 'utf8' });
  return printed.split('\n').filter((line) => line.endsWith('.js') && !line.includes('node_modules'));
}

it('loads nothing of other dialects from the package but their values, tables and credentials', () => {
  const loaded = loadedFor('foundation', 'cloudflare');
  expect(loaded).toContain('dialects/cloudflare/cloudflare.module.js');
  const others = /^(dialects\/(crm|canvus)|data-plane|operations|config|docs|main|server|app\.module)\b/;
  // There is one schema, with the entities, migrations and audit rows of all dialects.
  const light = /\.(changes|dialect|entity|extension|form|settings)\.js$|\/token-handles\.js$|\/migrations\/[^/]+\.js$/;
  const ofOthers = loaded.filter((file) => others.test(file));
  expect(ofOthers).toContain('dialects/crm/access-token.entity.js');
  expect(ofOthers.filter((file) => !light.test(file))).toEqual([]);
});
