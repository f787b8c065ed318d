/** Signs in to the console by OpenID Connect in a browser, from the first page until one is signed out again. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chromium, type Browser } from 'playwright-core';
import { withBinary } from '../support/binaries.js';
import { startProvider, type TestProvider } from '../support/openid-provider.js';
import { ADMIN } from '../support/test-server.js';
import { ConsolePage, type Manner } from './console-page.js';
import { openOffice, type Office } from './office.js';

// A browser is slow while other suites run.
jest.setTimeout(120_000);

const LABEL = 'Sign in with Acme';

withBinary('chromium', (executablePath) => {
  describe('the sign-in by OpenID Connect', () => {
    let provider: TestProvider;
    let office: Office;
    let browser: Browser;

    beforeAll(async () => {
      provider = await startProvider();
      office = await openOffice('sqlite', {
        ...provider.settings,
        OPENID_BIND_BY_EMAIL: 'true',
        OPENID_LABEL: LABEL,
        OPENID_ROLES: JSON.stringify({ root: 'administrator', staff: 'user' }),
      });
      provider.people.set('root', { email: ADMIN.email, email_verified: true, groups: ['root'] });
      provider.people.set('guest', { email: 'guest@example.com', email_verified: true, groups: ['staff'] });
      browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
    });
    afterAll(async () => {
      await browser.close();
      await office.server.close();
      await provider.stop();
    });

    const atProvider = async ({ page }: ConsolePage, who: string): Promise<void> => {
      await page.getByRole('heading', { name: 'Provider' }).waitFor();
      expect(new URL(page.url()).origin).toBe(provider.issuer);
      await page.getByLabel('Who are you?').fill(who);
      await page.getByRole('button', { name: 'Go on' }).click();
    };

    it.each<Manner>([
      { size: 'wide', by: 'mouse' },
      { size: 'phone', by: 'keyboard', scheme: 'dark' },
    ])('leads back to where one was, and out again: %j', async (manner) => {
      const console = await ConsolePage.open(browser, office.server.baseUrl, manner);
      const { page } = console;
      const sent = new Map<string, string | undefined>();
      page.on('request', (request) => {
        const { pathname } = new URL(request.url());
        sent.set(pathname, '');
        void request.allHeaders().then((headers) => sent.set(pathname, headers.cookie));
      });
      await page.goto(office.server.baseUrl);
      await page
        .getByRole('link', { name: /console/i })
        .first()
        .click();
      await page.getByRole('button', { name: LABEL }).waitFor();
      await console.go('/tokens?q=Deploy');
      await page.getByRole('button', { name: LABEL }).waitFor();
      await console.check('sign-in');
      await console.keep('sign-in-openid');
      await console.press('button', LABEL);
      await atProvider(console, 'root');
      await console.heading('Tokens');
      await page.getByRole('link', { name: 'Deploy of Bob' }).waitFor();
      expect(page.url()).toBe(`${office.server.baseUrl}/console/tokens?q=Deploy`);
      // The page comes by a redirect from another site, without the strict cookie; its calls have it.
      expect(sent.get('/console/tokens') ?? '').not.toContain('latchkey_console');
      expect(sent.get('/latchkey/v1/me')).toContain('latchkey_console');
      const cookies = await page.context().cookies(office.server.baseUrl);
      expect(cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite])).toEqual([
        ['latchkey_console', true, 'Strict'],
      ]);
      await page.goBack().catch(() => undefined);
      expect(page.url()).not.toMatch(/code=|state=/);
      await console.go('/tokens?q=Deploy');
      await console.heading('Tokens');
      if (manner.size === 'phone') await console.press('button', 'Open menu');
      await console.press('button', 'Sign out');
      await page.getByRole('button', { name: LABEL }).waitFor();
      await page.reload();
      await page.getByRole('button', { name: LABEL }).waitFor();
      expect(await page.context().cookies(office.server.baseUrl)).toEqual([]);
      expect(console.complaints).toEqual([]);
      await console.close();
    });

    it('says in words why nobody was let in, and leaves nothing of it in the address', async () => {
      const console = await ConsolePage.open(browser, office.server.baseUrl, { size: 'wide', by: 'mouse' });
      const { page } = console;
      await console.go('/');
      await console.press('button', LABEL);
      await atProvider(console, 'guest');
      await page.getByText('You have no user here yet.').waitFor();
      expect(page.url()).toBe(`${office.server.baseUrl}/console/`);
      await console.check('sign-in refused');
      await console.keep('sign-in-refused');
      // At the provider they are signed in still.
      await page.context().clearCookies();
      await console.press('button', LABEL);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('The sign-in was cancelled at the provider.').waitFor();
      await console.signIn(ADMIN.email, ADMIN.password);
      await console.press('button', 'Sign out');
      await page.getByRole('button', { name: LABEL }).waitFor();
      expect(await page.getByRole('alert').count()).toBe(0);
      await console.close();
    });
  });
});
