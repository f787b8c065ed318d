/** What the console does while the server hangs, is stopped, and comes back: with a server in a process of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chromium, type Browser } from 'playwright-core';
import { withBinary } from '../support/binaries.js';
import { builtConsole } from '../support/built-console.js';
import { freePort } from '../support/free-port.js';
import { send } from '../support/http.js';
import { startProcess, type ServerProcess } from '../support/process.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import { ConsolePage } from './console-page.js';

// A browser is slow while other suites run, and a server that hangs is only noticed after some time.
jest.setTimeout(240_000);

/** Until a page that hears nothing says so: pauses between events, their grace, and the time of one look. */
const NOTICED = { timeout: 60_000 };

withBinary('chromium', (executablePath) => {
  describe('the console', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-outages-'));
    let server: ServerProcess;
    let browser: Browser;
    let console: ConsolePage;
    let start: () => Promise<ServerProcess>;

    beforeAll(async () => {
      await builtConsole();
      const env = {
        PORT: String(await freePort()),
        DATABASE_URL: `sqlite:${path.join(folder, 'test.sqlite')}`,
        EVENTS_KEEPALIVE_SECONDS: '1',
        ADMIN_EMAIL: ADMIN.email,
        ADMIN_PASSWORD: ADMIN.password,
        ADMIN_TOKEN: ADMIN.token,
        ACCOUNT_ID: ACCOUNT.id,
        ACCOUNT_NAME: ACCOUNT.name,
      };
      start = () => startProcess(env);
      server = await start();
      browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
      console = await ConsolePage.open(browser, server.baseUrl, { size: 'wide', by: 'mouse' });
      await console.go('/');
      await console.signIn(ADMIN.email, ADMIN.password);
    });
    afterAll(async () => {
      await browser.close();
      await server.stop();
      rmSync(folder, { recursive: true });
    });

    const banner = () => console.page.getByText('There is no connection to the server.');
    const live = () => console.page.getByText('Live', { exact: true });

    it('says that it is no longer live while the server hangs, and loses nothing', async () => {
      await console.visit('Tokens');
      await live().waitFor();
      await console.press('link', 'Create token');
      await console.type('Name', 'Typed before the server hung');
      server.kill('SIGSTOP');
      await console.page.getByText('Not live').waitFor({ state: 'attached', ...NOTICED });
      await banner().waitFor({ state: 'attached', ...NOTICED });
      expect(await console.page.getByLabel('Name', { exact: true }).inputValue()).toBe('Typed before the server hung');
      server.kill('SIGCONT');
      await banner().waitFor({ state: 'detached', ...NOTICED });
      await live().waitFor({ state: 'attached', ...NOTICED });
      await console.press('button', 'Create');
      await console.page.getByLabel('Client secret').waitFor();
      await console.press('checkbox', 'I have saved it');
      await console.press('button', 'Done');
    });

    it('says so when the server is stopped, and what may have been missed when it is there again', async () => {
      await console.visit('Overview');
      await console.visit('Tokens');
      await console.page.getByRole('link', { name: 'Typed before the server hung' }).waitFor();
      await server.stop();
      await banner().waitFor(NOTICED);
      await console.page.getByText('Not live').waitFor();
      await console.press('link', 'Create token');
      await console.type('Name', 'Typed while the server was away');
      await console.press('button', 'Create');
      await console.page.getByText('Nothing is lost').waitFor();
      server = await start();
      const made = await send(server.baseUrl, 'POST', '/latchkey/v1/tokens', {
        headers: { Authorization: `Bearer ${ADMIN.token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({
          kind: 'service_token',
          account_id: ACCOUNT.id,
          name: 'Made by others',
          duration: '720h',
        }),
      });
      expect(made.status).toBe(201);
      await banner().waitFor({ state: 'detached', ...NOTICED });
      await console.press('button', 'Create');
      await console.page.getByLabel('Client secret').waitFor();
      await console.press('checkbox', 'I have saved it');
      await console.press('button', 'Done');
      await live().waitFor(NOTICED);
      await console.page.getByRole('link', { name: 'Made by others' }).waitFor();
      const names = await console.page.locator('tbody tr th a').allTextContents();
      expect(names).toContain('Typed while the server was away');
      expect(new Set(names).size).toBe(names.length);
    });
  });
});
