import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chromium, type Browser } from 'playwright-core';
import { withBinary } from '../support/binaries.js';
import { send } from '../support/http.js';
import { startProcess, type ServerProcess } from '../support/process.js';
import { SwaggerPage, type Credentials, type ShownAnswer } from './swagger-page.js';

// A browser is slow while other suites run.
jest.setTimeout(120_000);

const TITLES = {
  Cloudflare: 'Latchkey: Cloudflare',
  'CRM.COM': 'Latchkey: CRM.COM',
  Canvus: 'Latchkey: Canvus',
  Latchkey: 'Latchkey: administration',
  Verification: 'Latchkey: verification',
};

const SERVICE_TOKENS = '/client/v4/accounts/{accountId}/access/service_tokens';

/** What the first start prints. */
interface Printed {
  readonly password: string;
  readonly token: string;
  readonly accountId: string;
}

function printedBy(server: ServerProcess): Printed {
  const text = server.stdout();
  const word = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? '';
  return {
    password: word(/password +(\S+)/),
    token: word(/access token +(\S+)/),
    accountId: word(/account +.+ \(([0-9a-f]{32})\)/),
  };
}

const parsed = ({ text }: ShownAnswer): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

withBinary('chromium', (executablePath) => {
  describe('Swagger UI in a browser', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-docs-'));
    let server: ServerProcess;
    let printed: Printed;
    let browser: Browser;
    let ui: SwaggerPage;

    beforeAll(async () => {
      server = await startProcess({}, { cwd: folder });
      printed = printedBy(server);
      browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
    });
    afterAll(async () => {
      await browser.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    afterEach(async () => {
      await ui.close();
      expect(ui.complaints).toEqual([]);
    });

    it('offers a document for each dialect and the data plane, with a summary for every operation', async () => {
      ui = await SwaggerPage.open(browser, server.baseUrl, 'Canvus');
      expect(await ui.offered()).toEqual(Object.keys(TITLES));
      for (const [document, title] of Object.entries(TITLES)) {
        await ui.choose(document, title);
        const operations = await ui.operations();
        expect(operations.length).toBeGreaterThan(2);
        expect(operations.filter(({ summary }) => summary === '')).toEqual([]);
        await ui.keep(document);
      }
    });

    it('creates a service token with a Bearer token, and lists it with e-mail address and key', async () => {
      const { token, accountId } = printed;
      ui = await SwaggerPage.open(browser, server.baseUrl, 'Cloudflare');
      expect(await ui.schemes()).toEqual(['Bearer', 'X-Auth-Email', 'X-Auth-Key']);
      await ui.authorize({ Bearer: token });
      const created = await ui.tryOut('POST', SERVICE_TOKENS);
      expect(created.status).toBe('201');
      expect(parsed(created)).toMatchObject({
        success: true,
        result: { name: 'CI/CD token', client_secret: expect.stringMatching(/^lkst_/) },
      });
      await ui.logOut();
      await ui.authorize({ 'X-Auth-Email': 'admin@example.com', 'X-Auth-Key': token });
      const listed = await ui.tryOut('GET', SERVICE_TOKENS, { fields: { accountId } });
      expect(listed.status).toBe('200');
      expect(parsed(listed)).toMatchObject({ result: [{ name: 'CI/CD token' }] });
    });

    it('logs in to an organisation and creates an access token', async () => {
      ui = await SwaggerPage.open(browser, server.baseUrl, 'CRM.COM');
      const loggedIn = await ui.tryOut('POST', '/crmapi/rest/v2/authentication/token', {
        body: (example) => ({ ...example, password: printed.password }),
      });
      expect(parsed(loggedIn)).toMatchObject({ status: { code: 'OK' } });
      const { token } = parsed(loggedIn).data as { token: string };
      const created = await ui.tryOut('POST', '/crmapi/rest/v2/access_tokens/create', {
        body: (example) => ({ ...example, token }),
      });
      expect(created.status).toBe('200');
      expect(parsed(created)).toMatchObject({
        status: { code: 'OK' },
        data: { authentication_code: 'AC-1', life_cycle_state: 'EFFECTIVE' },
      });
      const listed = await ui.tryOut('GET', '/crmapi/rest/v2/access_tokens/list', { fields: { token } });
      expect(parsed(listed).data).toEqual([parsed(created).data]);
    });

    it('creates an access token with a Private-Token', async () => {
      ui = await SwaggerPage.open(browser, server.baseUrl, 'Canvus');
      expect(await ui.schemes()).toEqual(['Private-Token']);
      await ui.authorize({ 'Private-Token': printed.token });
      const created = await ui.tryOut('POST', '/api/v1/users/{id}/access-tokens');
      expect(created.status).toBe('200');
      expect(parsed(created)).toMatchObject({
        description: 'Second token',
        plain_token: expect.stringMatching(/^[\w-]{43}$/),
      });
      const events = await ui.tryOut('GET', '/api/v1/audit-log');
      expect(events.status).toBe('200');
      expect(JSON.parse(events.text)).toContainEqual(expect.objectContaining({ target_name: 'Second token' }));
    });

    it('introspects a service token with each credential that the data plane accepts', async () => {
      const reply = await send(server.baseUrl, 'POST', SERVICE_TOKENS.replace('{accountId}', printed.accountId), {
        headers: { Authorization: `Bearer ${printed.token}` },
        body: '{"name":"Asked about"}',
      });
      const { client_id: id, client_secret: secret } = reply.json<{ result: Record<string, string> }>().result;
      if (id === undefined || secret === undefined) throw new Error(reply.text);
      ui = await SwaggerPage.open(browser, server.baseUrl, 'Verification');
      const schemes = ['Basic', 'Bearer', 'CF-Access-Client-Id', 'CF-Access-Client-Secret', 'Private-Token'] as const;
      const [basic, bearer, clientId, clientSecret, privateToken] = schemes;
      expect((await ui.schemes()).sort()).toEqual(
        [...schemes, 'Authentication-Code', 'Identifier-And-Pass-Code'].sort(),
      );
      const callers: Credentials[] = [{ [basic]: [id, secret] }, { [bearer]: printed.token }];
      for (const credentials of callers) {
        await ui.authorize(credentials);
        const answer = await ui.tryOut('POST', '/oauth2/introspect', { fields: { token: secret } });
        expect(answer.status).toBe('200');
        expect(parsed(answer)).toMatchObject({ active: true, client_id: id });
        await ui.logOut();
      }
      const presented: [name: string, credentials: Credentials][] = [
        ['Asked about', { [clientId]: id, [clientSecret]: secret }],
        ['First token', { [privateToken]: printed.token }],
        ['First token', { [bearer]: printed.token }],
      ];
      for (const [name, credentials] of presented) {
        await ui.authorize(credentials);
        const answer = await ui.tryOut('GET', '/verify');
        expect(answer.status).toBe('200');
        expect(decodeURIComponent(answer.text)).toContain(name);
        await ui.logOut();
      }
    });
  });
});
