/** What the console shows and offers to those who do not administer the server. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chromium, type Browser } from 'playwright-core';
import { withBinary } from '../support/binaries.js';
import { ACCOUNT } from '../support/test-server.js';
import { ConsolePage } from './console-page.js';
import { openBusyOffice, type BusyOffice } from './busy-office.js';
import { BOB } from './office.js';

// A browser is slow while other suites run.
jest.setTimeout(180_000);

const PLACES = ['Overview', 'Tokens', 'My tokens', 'Accounts', 'Applications', 'Audit log'];

/** Screens that are for administrators of the server. */
const RESERVED = ['/people', '/server'];

interface Persona {
  readonly who: string;
  readonly email: string;
  /** In the account; `null`: they are not a member. */
  readonly role: 'administrator' | 'read_only' | null;
  /** Buttons and links that the page of the account offers, and that of a service token. */
  readonly ofAccount: readonly string[];
  readonly ofToken: readonly string[];
}

const PERSONAS: readonly Persona[] = [
  {
    who: 'an administrator of an account',
    email: BOB.email,
    role: 'administrator',
    // A setting leaves renaming to administrators of the server.
    ofAccount: ['Create token', 'Add member'],
    ofToken: ['Rename…', 'Rotate…', 'Renew…', 'Disable…', 'Revoke…', 'Scopes…'],
  },
  { who: 'a read-only member', email: 'rita@example.com', role: 'read_only', ofAccount: [], ofToken: [] },
  { who: 'somebody without an account', email: 'carol@example.com', role: null, ofAccount: [], ofToken: [] },
];

/** The button of each thing that the API says that one may do with a token. */
const BUTTONS: Readonly<Record<string, string>> = {
  rename: 'Rename…',
  rotate: 'Rotate…',
  renew: 'Renew…',
  disable: 'Disable…',
  enable: 'Enable…',
  revoke: 'Revoke…',
  change_scopes: 'Scopes…',
  end_overlap: 'End old secret…',
};

const OFFERS = [
  ...['Rename…', 'Delete…', 'Create token', 'Add member', 'Create account', 'Add person'],
  ...['Rotate…', 'Renew…', 'Disable…', 'Enable…', 'Revoke…', 'Reset password…', 'Block…'],
  ...['Scopes…', 'End old secret…', 'Download a backup', 'Unbind…', 'Change role…', 'Erase…', 'Revoke all…'],
];

withBinary('chromium', (executablePath) => {
  describe.each(PERSONAS)('$who', ({ email, role, ofAccount, ofToken }) => {
    let office: BusyOffice;
    let browser: Browser;
    let console: ConsolePage;
    let tokenId: string;
    const refused: string[] = [];

    beforeAll(async () => {
      office = await openBusyOffice('sqlite', { ACCOUNT_RENAMED_BY: 'server' });
      tokenId = office.tokens.plain;
      if (email !== BOB.email) {
        const { user } = await office.call<{ user: { id: string } }>('POST', '/users', { ...BOB, name: email, email });
        if (role) await office.call('POST', `/accounts/${ACCOUNT.id}/members`, { user_id: user.id, role });
      }
      browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
      console = await ConsolePage.open(browser, office.server.baseUrl, { size: 'wide', by: 'mouse', scheme: 'dark' });
      await console.go('/');
      await console.signIn(email, BOB.password);
      console.page.on('response', (response) => {
        if (response.status() >= 400) refused.push(`${String(response.status())} ${response.url()}`);
      });
    });
    afterAll(async () => {
      await browser.close();
      await office.server.close();
    });

    const offered = async (): Promise<string[]> => {
      const main = console.page.locator('main');
      const texts = [
        ...(await main.getByRole('button').allInnerTexts()),
        ...(await main.getByRole('link').allInnerTexts()),
      ];
      return texts.map((text) => text.trim()).filter((text) => OFFERS.includes(text));
    };

    it('walks through every screen without being refused', async () => {
      const places = await console.page.getByRole('navigation').getByRole('link').allTextContents();
      expect(places).toEqual(PLACES);
      const own = ['/', '/tokens', '/mine', '/accounts', '/applications', '/audit'];
      const ofMembers = [`/tokens/${tokenId}`, `/accounts/${ACCOUNT.id}`];
      for (const address of [...own, ...RESERVED, `/people/${office.bobId}`, ...(role ? ofMembers : [])]) {
        await console.go(address);
        await console.settled();
        await console.check(address);
        expect([address, refused]).toEqual([address, []]);
      }
      expect(console.complaints).toEqual([]);
    });

    it('sees on the page of a token what the server lets them do with it, whatever its state', async () => {
      if (!role) return;
      for (const [state, id] of Object.entries(office.tokens)) {
        await console.go(`/tokens/${id}`);
        await console.settled();
        const { permissions } = await console.page.evaluate<{ permissions: string[] }>(
          `fetch('/latchkey/v1/tokens/${id}').then((answer) => answer.json())`,
        );
        const buttons = permissions.map((ability) => BUTTONS[ability] ?? ability);
        expect([state, (await offered()).sort()]).toEqual([state, buttons.sort()]);
      }
    });

    it('is offered what they may do, and nothing else', async () => {
      for (const address of RESERVED) {
        await console.go(address);
        await console.page.getByText('Only administrators of the server see this page').waitFor();
        expect(await offered()).toEqual([]);
      }
      await console.go('/accounts');
      await console.settled();
      expect(await offered()).toEqual([]);
      await console.page.keyboard.press('?');
      await console.dialog.waitFor();
      expect(await console.dialog.getByText('People').count()).toBe(0);
      if (!role) return;
      await console.go(`/accounts/${ACCOUNT.id}`);
      await console.settled();
      expect((await offered()).sort()).toEqual([...ofAccount].sort());
      await console.go(`/tokens/${tokenId}`);
      await console.settled();
      expect((await offered()).sort()).toEqual([...ofToken].sort());
      await console.go('/tokens');
      await console.settled();
      const menus = await console.page.getByRole('button', { name: /^Actions for/ }).count();
      const boxes = await console.page.getByRole('checkbox', { name: /^Choose/ }).count();
      expect([menus > 0, boxes > 0]).toEqual([role === 'administrator', role === 'administrator']);
    });
  });
});
