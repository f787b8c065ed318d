/** Every dialog, at both sizes, light and dark: as it opens, with what the server refuses, and what has the focus after it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { chromium, type Browser } from 'playwright-core';
import { withBinary } from '../support/binaries.js';
import { ADMIN } from '../support/test-server.js';
import { openBusyOffice, type BusyOffice } from './busy-office.js';
import { ConsolePage, TWO_LOOKS } from './console-page.js';
import { DIALOGS, SECRETS } from './scenes.js';

// A browser is slow while other suites run.
jest.setTimeout(180_000);

/** Every field is wrong. */
const REFUSAL = {
  status: 400,
  headers: { 'Content-Type': 'application/problem+json' },
  body: JSON.stringify({
    type: '/latchkey/v1/problems#invalid-request',
    status: 400,
    detail: 'The request is not valid.',
    errors: ['name', 'email', 'scopes', 'expires_at', 'duration', 'ends_at', 'current_password', 'new_password'].map(
      (name) => ({ pointer: `#/${name}`, detail: `${name} must be something else than it is` }),
    ),
  }),
};

/** The text of what has the focus. */
const FOCUSED = `(() => {
  const { activeElement, body } = document;
  return activeElement === body ? '' : activeElement?.getAttribute('aria-label') ?? activeElement?.textContent?.trim() ?? '';
})()`;

withBinary('chromium', (executablePath) => {
  describe('the dialogs of the console', () => {
    let office: BusyOffice;
    let browser: Browser;
    let console: ConsolePage;

    beforeAll(async () => {
      office = await openBusyOffice('postgres');
      browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
    });
    afterAll(async () => {
      await browser.close();
      await office.server.close();
    });
    beforeEach(async () => {
      console = await ConsolePage.signedIn(browser, office.server.baseUrl, ADMIN);
    });
    afterEach(async () => {
      expect(console.complaints).toEqual([]);
      await console.close();
    });

    it.each(DIALOGS)('have nothing that axe-core objects to, and fit: $name', async ({ name, address, open }) => {
      const { page, dialog } = console;
      await console.go(address(office));
      await console.settled();
      await open(console);
      await dialog.waitFor();
      await console.checkLooks(`dialog-${name}`, TWO_LOOKS);
      const command = page.getByText('Show as command').last();
      if (await dialog.getByText('Show as command').count()) await command.click();
      for (const field of await dialog
        .locator('input[type="text"], input[type="email"], input[type="password"]')
        .all()) {
        if ((await field.inputValue()) === '') await field.fill(await wordsFor(console));
      }
      const confirm = dialog.locator('footer button').last();
      if ((await confirm.isEnabled()) && (await confirm.innerText()) !== 'Close') {
        await page.route('**/latchkey/v1/**', (route) =>
          route.request().method() === 'GET' ? route.continue() : route.fulfill(REFUSAL),
        );
        await confirm.click();
        await dialog.getByRole('alert').waitFor();
        await console.checkLooks(`dialog-${name}-refused`, TWO_LOOKS);
        await page.unrouteAll({ behavior: 'wait' });
      }
    });

    it.each(DIALOGS)('give the focus back to where it was: $name', async ({ address, open }) => {
      await console.go(address(office));
      await console.settled();
      const focus = new Set<string>();
      await console.page.exposeFunction('noteFocus', (text: string) => focus.add(text));
      await console.page.evaluate(`document.addEventListener('focusin', () => {
        if (!document.querySelector('[role$="dialog"]')) void noteFocus(${FOCUSED});
      })`);
      await open(console);
      await console.dialog.waitFor();
      const before = [...focus].at(-1) ?? '';
      await console.page.keyboard.press('Escape');
      await console.dialog.waitFor({ state: 'detached' });
      await console.page.waitForTimeout(100);
      const after = await console.page.evaluate<string>(FOCUSED);
      expect([after, after.length < 80]).toEqual([before, true]);
    });

    it.each(SECRETS)('that show a secret are as good, and are left with nothing of it: $name', async (scene) => {
      const { page, dialog } = console;
      await console.go(scene.address(office));
      await console.settled();
      await scene.open(console);
      await dialog.locator('textarea').first().waitFor();
      await console.checkLooks(scene.name, TWO_LOOKS);
      await page.keyboard.press('Escape');
      await page.waitForTimeout(100);
      expect(await dialog.count()).toBe(1);
      const secret = await dialog.locator('textarea').last().inputValue();
      expect(secret.length).toBeGreaterThan(15);
      expect(await leftOf(console, secret)).toEqual(['the page', 'react']);
      await console.press('checkbox', 'I have saved it');
      await console.press('button', 'Done');
      await dialog.waitFor({ state: 'detached' });
      expect(await leftOf(console, secret)).toEqual([]);
    });
  });
});

/** What a dialog wants to be typed before it can be confirmed. */
async function wordsFor(console: ConsolePage): Promise<string> {
  const labels = await console.dialog.locator('label').allInnerTexts();
  const typed = labels.map((label) => /^Type (.*) to confirm$/.exec(label)?.[1]).find((words) => words !== undefined);
  return typed ?? 'somebody@example.com';
}

/** Where a text is found: in what is shown, in what React keeps with the elements, in storage, address and history. */
async function leftOf(console: ConsolePage, text: string): Promise<string[]> {
  return console.page.evaluate<string[]>(`(() => {
    const text = ${JSON.stringify(text)};
    const found = new Set();
    const values = [...document.querySelectorAll('input, textarea')].map(({ value }) => value);
    if (document.documentElement.outerHTML.includes(text) || values.includes(text)) found.add('the page');
    const seen = new WeakSet();
    const holds = (value, depth) => {
      if (typeof value === 'string') return value.includes(text);
      if (typeof value !== 'object' || value === null || seen.has(value) || depth > 12 || value instanceof Node) return false;
      seen.add(value);
      return Object.values(value).some((member) => holds(member, depth + 1));
    };
    for (const element of document.querySelectorAll('*')) {
      for (const name of Object.keys(element)) {
        if (name.startsWith('__react') && holds(element[name], 0)) found.add('react');
      }
    }
    const stored = JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, document.cookie]);
    if (stored.includes(text)) found.add('storage or history');
    if (location.href.includes(text)) found.add('the address');
    return [...found].sort((a, b) => (a < b ? 1 : -1));
  })()`);
}
