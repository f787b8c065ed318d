import { expect, it, jest } from '@jest/globals';
import { chromium } from 'playwright-core';
import { withBinary } from '../support/binaries.js';
import { ADMIN } from '../support/test-server.js';
import { ConsolePage } from './console-page.js';
import { openOffice } from './office.js';

// A browser is slow while other suites run.
jest.setTimeout(90_000);

withBinary('chromium', (executablePath) => {
  it('somebody signs in to the console, sees the tokens, creates one and signs out', async () => {
    const office = await openOffice('sqlite');
    const browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
    try {
      const console = await ConsolePage.open(browser, office.server.baseUrl, { size: 'wide', by: 'mouse' });
      await console.go('/tokens');
      await console.signIn(ADMIN.email, ADMIN.password);
      await console.page.getByRole('link', { name: 'Deploy of Bob' }).waitFor();
      await console.check('tokens');
      await console.press('link', 'Create token');
      await console.type('Name', 'Smoke');
      await console.press('button', 'Create');
      await console.page.getByLabel('Client secret').waitFor();
      await console.press('checkbox', 'I have saved it');
      await console.press('button', 'Done');
      await console.page.getByRole('link', { name: 'Smoke' }).waitFor();
      await console.press('button', 'Sign out');
      await console.page.getByLabel('E-mail address').waitFor();
      expect(console.complaints).toEqual([]);
      expect([...console.hosts]).toEqual([new URL(office.server.baseUrl).host]);
    } finally {
      await browser.close();
      await office.server.close();
    }
  });
});
