import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chromium, type Browser } from 'playwright-core';
import { withBinary } from '../support/binaries.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import { ConsolePage, type Manner } from './console-page.js';
import { BOB, openOffice, type Office } from './office.js';

// A browser is slow while other suites run.
jest.setTimeout(180_000);

const LOOKS: readonly Manner[] = [
  { size: 'wide', by: 'mouse', scheme: 'light' },
  { size: 'wide', by: 'mouse', scheme: 'dark' },
  { size: 'phone', by: 'mouse', scheme: 'light' },
  { size: 'phone', by: 'mouse', scheme: 'dark' },
];

withBinary('chromium', (executablePath) => {
  describe('the screens of the console', () => {
    let office: Office;
    let browser: Browser;
    let tokenId: string;

    beforeAll(async () => {
      office = await openOffice('sqlite');
      const { token, headers } = await office.createServiceToken('Billing export');
      tokenId = token.id;
      await office.call('POST', `/tokens/${tokenId}/rotate`, { overlap: '168h' });
      await office.verify({ ...headers, 'User-Agent': 'old-robot/1.0' });
      await office.writeUses();
      browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
    });
    afterAll(async () => {
      await browser.close();
      await office.server.close();
    });

    const screens = (): Readonly<Record<string, string>> => ({
      overview: '/',
      tokens: '/tokens',
      token: `/tokens/${tokenId}`,
      mine: '/mine',
      people: '/people',
      person: `/people/${office.bobId}`,
      accounts: '/accounts',
      account: `/accounts/${ACCOUNT.id}`,
      applications: '/applications',
      audit: '/audit',
      server: '/server',
      nothing: '/nothing',
    });

    it.each(LOOKS)('have nothing that axe-core objects to, and fit: $size, $scheme', async (look) => {
      const console = await ConsolePage.open(browser, office.server.baseUrl, look);
      await console.go('/');
      await console.check('sign-in');
      await console.keep('sign-in');
      await console.signIn(ADMIN.email, ADMIN.password);
      for (const [name, address] of Object.entries(screens())) {
        await console.go(address);
        await console.settled();
        await console.check(name);
        await console.keep(name);
      }
      expect(console.complaints).toEqual([]);
      await console.close();
    });

    it.each(LOOKS)('have dialogs of which the same is true: $size, $scheme', async (look) => {
      const console = await ConsolePage.open(browser, office.server.baseUrl, look);
      await console.go('/');
      await console.signIn(ADMIN.email, ADMIN.password);
      const dialogs: readonly (readonly [name: string, address: string, opens: string])[] = [
        ['rotate', `/tokens/${tokenId}`, 'Rotate…'],
        ['renew', `/tokens/${tokenId}`, 'Renew…'],
        ['revoke', `/tokens/${tokenId}`, 'Revoke…'],
        ['end-old-secret', `/tokens/${tokenId}`, 'End old secret…'],
        ['revoke-all', `/people/${office.bobId}`, 'Revoke all…'],
        ['erase', `/people/${office.bobId}`, 'Erase…'],
        ['add-person', '/people', 'Add person'],
        ['add-member', `/accounts/${ACCOUNT.id}`, 'Add member'],
        ['password', '/mine', 'Change password…'],
      ];
      for (const [name, address, opens] of dialogs) {
        await console.go(address);
        await console.press('button', opens);
        await console.dialog.waitFor();
        await console.page.getByText('Show as command').last().click();
        await console.check(name);
        await console.keep(`dialog-${name}`);
      }
      await console.go('/tokens/new?name=Nightly&expires=720h');
      await console.check('create');
      await console.keep('dialog-create');
      await console.press('button', 'Create');
      await console.page.getByLabel('Client secret').waitFor();
      await console.check('secret');
      await console.keep('dialog-secret');
      expect(console.complaints).toEqual([]);
      await console.close();
    });

    it('show a user who administers nothing only what is theirs', async () => {
      const { user } = await office.call<{ user: { id: string } }>('POST', '/users', {
        ...BOB,
        name: 'Carol',
        email: 'carol@example.com',
      });
      const console = await ConsolePage.open(browser, office.server.baseUrl, { size: 'wide', by: 'mouse' });
      await console.go('/');
      await console.signIn('carol@example.com', BOB.password);
      const places = await console.page.getByRole('navigation').getByRole('link').allTextContents();
      expect(places).toEqual(['Overview', 'Tokens', 'My tokens', 'Accounts', 'Applications', 'Audit log']);
      await console.visit('Tokens');
      await console.page.getByText('No tokens yet').waitFor();
      await console.press('link', 'Create token');
      await console.type('Name', 'Script of Carol');
      await console.press('button', 'Create');
      await console.page.getByLabel('Token', { exact: true }).waitFor();
      const { items } = await office.call<{ items: { name: string }[] }>('GET', `/tokens?owner_id=${user.id}`);
      expect(items.map(({ name }) => name)).toEqual(['Script of Carol']);
      await console.close();
    });
  });
});
