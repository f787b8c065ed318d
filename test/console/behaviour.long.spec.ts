import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { chromium, type Browser } from 'playwright-core';
import { withBinary } from '../support/binaries.js';
import { ADMIN } from '../support/test-server.js';
import { ConsolePage } from './console-page.js';
import { BOB, openOffice, type Office } from './office.js';

// A browser is slow while other suites run.
jest.setTimeout(120_000);

withBinary('chromium', (executablePath) => {
  describe('the console', () => {
    let office: Office;
    let browser: Browser;
    let console: ConsolePage;

    beforeAll(async () => {
      office = await openOffice('sqlite');
      browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
    });
    afterAll(async () => {
      await browser.close();
      await office.server.close();
    });
    beforeEach(async () => {
      console = await ConsolePage.signedIn(browser, office.server.baseUrl, ADMIN);
    });
    afterEach(() => console.close());

    const rows = (): Promise<string[]> => console.page.locator('tbody tr th a').allTextContents();

    it('is left at once when the login has been ended elsewhere, and goes on where it was', async () => {
      await console.visit('Tokens');
      await office.call('POST', '/users/1000/logins/end');
      await console.page.getByText('Your session has ended.').waitFor({ timeout: 5000 });
      expect(await console.page.content()).not.toContain('Deploy of Bob');
      await console.signIn(ADMIN.email, ADMIN.password);
      await console.heading('Tokens');
    });

    it('gives back what was typed when the session ends in the midst, to the same person only', async () => {
      await console.go('/tokens/new?kind=service_token');
      await console.type('Name', 'Half typed');
      await console.press('radio', '90 days');
      await office.call('POST', '/users/1000/logins/end');
      await console.page.getByText('Your session has ended.').waitFor();
      expect(await console.page.content()).not.toContain('Half typed');
      await console.signIn(ADMIN.email, ADMIN.password);
      await console.dialog.waitFor();
      expect(await console.page.getByLabel('Name', { exact: true }).inputValue()).toBe('Half typed');
      expect(await console.page.getByRole('radio', { name: '90 days' }).isChecked()).toBe(true);
      await console.press('button', 'Cancel');
      await console.press('link', 'Create token');
      expect(await console.page.getByLabel('Name', { exact: true }).inputValue()).toBe('');
      await console.type('Name', 'Of the administrator');
      await office.call('POST', '/users/1000/logins/end');
      await console.page.getByText('Your session has ended.').waitFor();
      await console.signIn(BOB.email, BOB.password);
      await console.dialog.waitFor();
      expect(await console.page.getByLabel('Name', { exact: true }).inputValue()).toBe('');
    });

    it('shows somebody who has signed in in another tab nothing of who was there before', async () => {
      await console.visit('People');
      const other = await console.page.context().newPage();
      await other.goto(`${office.server.baseUrl}/console/`);
      await other.getByRole('button', { name: 'Sign out' }).click();
      await console.page.getByText('Your session has ended.').waitFor();
      await other.getByLabel('E-mail address').fill(BOB.email);
      await other.getByRole('textbox', { name: 'Password' }).fill(BOB.password);
      await other.getByRole('button', { name: 'Sign in' }).click();
      await other.getByRole('heading', { name: 'Overview' }).waitFor();
      await console.page.reload();
      await console.page.getByText('Only administrators of the server see this page').waitFor();
      expect(await console.page.content()).not.toContain(ADMIN.email);
      await other.close();
    });

    it('says that the server cannot be reached, and recovers by itself', async () => {
      await console.visit('Tokens');
      await console.page.route('**/latchkey/v1/**', (route) => route.abort());
      await console.press('link', 'Deploy of Bob');
      await console.page.getByText('There is no connection to the server.').waitFor();
      await console.page.unroute('**/latchkey/v1/**');
      await console.heading('Deploy of Bob');
      await console.page.getByText('There is no connection to the server.').waitFor({ state: 'detached' });
    });

    it('says that the database is away, and that nothing was lost', async () => {
      await console.visit('Tokens');
      const away = {
        status: 503,
        headers: { 'Retry-After': '1', 'Content-Type': 'application/problem+json' },
        body: JSON.stringify({ status: 503, detail: 'The database cannot be reached now.' }),
      };
      await console.press('link', 'Create token');
      await console.type('Name', 'Created after an outage');
      await console.page.route('**/latchkey/v1/**', (route) => route.fulfill(away));
      await console.press('button', 'Create');
      await console.page.getByText('Nothing is lost').waitFor();
      await console.page.getByText('The database is away.').waitFor();
      await console.page.unroute('**/latchkey/v1/**');
      await console.press('button', 'Create');
      await console.page.getByLabel('Client secret').waitFor();
      const { items } = await office.call<{ items: unknown[] }>('GET', '/tokens?q=Created%20after%20an%20outage');
      expect(items).toHaveLength(1);
    });

    it('moves no row for what others do: it says what is new, and changes rows in their place', async () => {
      await console.visit('Tokens');
      await console.page.getByText('Live', { exact: true }).waitFor();
      const before = await rows();
      const { token } = await office.createServiceToken('Made elsewhere');
      await console.page.getByText('1 new token').waitFor();
      expect(await rows()).toEqual(before);
      await console.press('button', 'Show');
      await console.page.getByRole('link', { name: 'Made elsewhere' }).waitFor();
      const shown = await rows();
      await office.call('PATCH', `/tokens/${token.id}`, { disabled: true });
      const row = console.page.locator('tbody tr').filter({ hasText: 'Made elsewhere' });
      await row.getByText('Disabled').waitFor();
      await office.call('DELETE', `/tokens/${token.id}`);
      await row.getByText('Revoked').waitFor();
      expect(await rows()).toEqual(shown);
    });

    it('shows changes that come without pause a few at a time', async () => {
      const burst = 60;
      await console.visit('Tokens');
      await console.page.getByText('Live', { exact: true }).waitFor();
      const counts = await console.page.evaluateHandle<Set<string>>(`(() => {
        const seen = new Set();
        new MutationObserver(() => {
          const [count] = /\\d+ new tokens?/.exec(document.body.innerText) ?? [];
          if (count !== undefined) seen.add(count);
        }).observe(document.body, { childList: true, characterData: true, subtree: true });
        return seen;
      })()`);
      await Promise.all(Array.from({ length: burst }, (_, at) => office.createServiceToken(`Burst ${String(at)}`)));
      await console.page.getByText(`${String(burst)} new tokens`).waitFor();
      expect(await counts.evaluate((seen) => seen.size)).toBeLessThan(burst / 3);
    });

    it('says after a reload that a secret is not shown again, and asks before it is left', async () => {
      await console.visit('Tokens');
      await console.press('link', 'Create token');
      await console.type('Name', 'Reloaded');
      await console.press('button', 'Create');
      await console.page.getByLabel('Client secret').waitFor();
      await console.page.evaluate('history.back()');
      await console.page.getByText('If you leave now, it is lost.').waitFor();
      console.page.on('dialog', (asked) => void asked.accept());
      await console.page.reload();
      await console.page.getByText('is not shown again').waitFor();
      expect(await console.dialog.count()).toBe(0);
    });

    it('shows a user who administers nothing only what is theirs', async () => {
      const carol = { ...BOB, name: 'Carol', email: 'carol@example.com' };
      const { user } = await office.call<{ user: { id: string } }>('POST', '/users', carol);
      const theirs = await ConsolePage.signedIn(browser, office.server.baseUrl, carol);
      const places = await theirs.page.getByRole('navigation').getByRole('link').allTextContents();
      expect(places).toEqual(['Overview', 'Tokens', 'My tokens', 'Accounts', 'Applications', 'Audit log']);
      await theirs.visit('Tokens');
      await theirs.page.getByText('No tokens yet').waitFor();
      await theirs.press('link', 'Create token');
      await theirs.type('Name', 'Script of Carol');
      await theirs.press('button', 'Create');
      await theirs.page.getByLabel('Token', { exact: true }).waitFor();
      const { items } = await office.call<{ items: { name: string }[] }>('GET', `/tokens?owner_id=${user.id}`);
      expect(items.map(({ name }) => name)).toEqual(['Script of Carol']);
      await theirs.close();
    });

    it('does to several tokens what was shown first, and no more', async () => {
      for (const name of ['bulk one', 'bulk two']) await office.createServiceToken(name);
      await console.go('/tokens?q=bulk');
      for (const name of ['bulk one', 'bulk two']) await console.press('checkbox', `Choose ${name}`);
      await console.press('button', 'Revoke…');
      await console.dialog.getByText('2 tokens in 1 account would change').waitFor();
      await console.press('button', 'Revoke 2');
      await console.dialog.waitFor({ state: 'detached' });
      const { items } = await office.call<{ items: unknown[] }>('GET', '/tokens?q=bulk');
      expect(items).toEqual([]);
    });

    it('shows the command that does the same', async () => {
      await console.go('/tokens/new?kind=service_token&name=O%27Neill');
      await console.page.getByText('Show as command').last().click();
      const command = (await console.dialog.locator('pre').textContent()) ?? '';
      expect(command).toContain(`curl -X POST '${office.server.baseUrl}/latchkey/v1/tokens'`);
      expect(command).toContain(`"name":"O'\\''Neill"`);
    });
  });
});
