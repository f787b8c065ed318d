/** The console in a host whose own sign-in opens it: no form, and the way out leads to the host. */
import { randomUUID } from 'node:crypto';
import { expect, it, jest } from '@jest/globals';
import { chromium } from 'playwright-core';
import { startPeopleHost } from '../embedding/people-host.js';
import { withBinary } from '../support/binaries.js';
import { builtConsole } from '../support/built-console.js';
import { ConsolePage } from './console-page.js';

// A browser is slow while other suites run.
jest.setTimeout(120_000);

withBinary('chromium', (executablePath) => {
  it('people come straight in, work, and leave by the host', async () => {
    await builtConsole();
    const host = await startPeopleHost('sqlite');
    const [root, anna] = [randomUUID(), randomUUID()];
    host.add(root, { admin: true, name: 'Root', email: 'root@shop.example' });
    host.add(anna, { name: 'Anna', email: 'anna@shop.example' });
    const account = randomUUID().replaceAll('-', '');
    await host.addAccount('The tenant', account);
    await host.as(root, 'POST', `/accounts/${account}/members`, { user_id: anna, role: 'administrator' });
    const browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
    try {
      const console = await ConsolePage.open(browser, `${host.baseUrl}/admin`, { size: 'wide', by: 'mouse' });
      const { page } = console;
      await console.go('/tokens?q=a');
      await page.getByRole('button', { name: 'Sign in at Shop' }).waitFor();
      expect(await page.getByRole('textbox').count()).toBe(0);
      await console.check('sign-in at the host');
      await console.keep('host-sign-in');
      await console.press('button', 'Sign in at Shop');
      await page.waitForURL((url) => url.pathname === '/login');
      expect(new URL(page.url()).searchParams.get('next')).toBe('/admin/console/tokens?q=a');
      await page.context().addCookies([{ name: 'shop_session', value: root, url: host.baseUrl }]);
      await console.go('/tokens');
      await console.press('link', 'Create token');
      await console.type('Name', 'Robot');
      await console.press('button', 'Create');
      await page.getByLabel('Client secret').waitFor();
      await console.press('checkbox', 'I have saved it');
      await console.press('button', 'Done');
      await page.getByText('Live', { exact: true }).waitFor();
      await console.visit('People');
      await console.press('link', 'Anna');
      await console.heading('Anna');
      expect(new URL(page.url()).pathname).toBe(`/admin/console/people/${anna}`);
      expect(await page.getByRole('button', { name: 'Reset password…' }).count()).toBe(0);
      await console.check('a person of the host');
      await console.keep('host-person');
      await console.press('link', 'What they did, in the audit log');
      expect(new URL(page.url()).searchParams.get('author_id')).toBe(anna);
      await console.heading('Audit log');
      await console.press('button', 'Sign out');
      await page.waitForURL((url) => url.pathname === '/logout');
      host.signIn.sessions.delete(root);
      await console.go('/');
      await page.getByRole('button', { name: 'Sign in at Shop' }).waitFor();
      expect(console.complaints).toEqual([]);
    } finally {
      await browser.close();
      await host.close();
    }
  });
});
