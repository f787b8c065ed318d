/** The console's list of 100,000 tokens: rows exist near what is seen, and a search shows what was typed last. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { chromium, type Browser } from 'playwright-core';
import { withBinary } from '../support/binaries.js';
import { addMany } from '../support/many-rows.js';
import { ADMIN } from '../support/test-server.js';
import { ConsolePage } from './console-page.js';
import { openOffice, type Office } from './office.js';

// A browser is slow while other suites run.
jest.setTimeout(240_000);

/** Of each of three kinds. */
const MANY = 34_000;

const FIELD = 'Search tokens';

withBinary('chromium', (executablePath) => {
  describe('a list of 100,000 tokens in the console', () => {
    let office: Office;
    let browser: Browser;
    let console: ConsolePage;
    let asked: URLSearchParams[];

    beforeAll(async () => {
      office = await openOffice('sqlite');
      await addMany(office.server, MANY);
      await office.createServiceToken('Alpha of all');
      await office.createServiceToken('Alphabet');
      browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
    });
    afterAll(async () => {
      await browser.close();
      await office.server.close();
    });
    beforeEach(async () => {
      console = await ConsolePage.signedIn(browser, office.server.baseUrl, ADMIN);
      await console.visit('Tokens');
      await links().first().waitFor();
      asked = [];
      console.page.on('request', (request) => {
        const { pathname, searchParams } = new URL(request.url());
        if (pathname.endsWith('/latchkey/v1/tokens')) asked.push(searchParams);
      });
    });
    afterEach(() => console.close());

    const links = (): ReturnType<typeof console.page.locator> => console.page.locator('tbody tr th a');
    const field = (): ReturnType<typeof console.page.getByLabel> => console.page.getByLabel(FIELD);
    /** Waits until the list has exactly these rows. The policy of the page forbids to wait by a script. */
    const shown = async (...names: string[]): Promise<void> => {
      while ((await links().allTextContents()).join() !== names.join()) await console.page.waitForTimeout(50);
    };
    const atEnd = async (pages: number): Promise<void> => {
      while (asked.length < pages) {
        await console.page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
        await console.page.waitForTimeout(50);
      }
      await console.page.getByText(`${((pages + 1) * 100).toLocaleString('en')} loaded`).waitFor();
    };

    it('asks once for what is typed without a pause', async () => {
      await field().pressSequentially('alphab', { delay: 20 });
      await shown('Alphabet');
      expect(asked.map((query) => query.get('q'))).toEqual(['alphab']);
    });

    it('shows what was typed last, although an older answer comes later', async () => {
      await console.page.route('**/tokens?*q=alphabet*', async (route) => {
        await delay(1500);
        await route.continue().catch(() => undefined);
      });
      await field().fill('alphabet');
      await console.page.waitForRequest(/q=alphabet/);
      await field().fill('alpha of');
      await shown('Alpha of all');
      await delay(2000);
      await shown('Alpha of all');
      await console.page.unrouteAll({ behavior: 'ignoreErrors' });
    });

    it('keeps what is typed while an answer arrives, and searches while changes arrive', async () => {
      const { token } = await office.createServiceToken('Busy');
      const over = new AbortController();
      const changes = (async () => {
        for (let n = 0; !over.signal.aborted; n += 1) {
          await office.call('PATCH', `/tokens/${token.id}`, { disabled: n % 2 === 0 });
          await delay(100);
        }
      })();
      await field().pressSequentially('alphabet', { delay: 260 });
      await shown('Alphabet');
      over.abort();
      await changes;
      expect(await field().inputValue()).toBe('alphabet');
    });

    it('has few rows in the document after many pages, and reads none of them again after a visit to one', async () => {
      await atEnd(6);
      expect(await console.page.locator('tbody tr[data-index]').count()).toBeLessThan(70);
      const [last] = (await links().allTextContents()).slice(-1);
      await links().last().click();
      await console.heading(last ?? '');
      // After this time what was read counts as outdated.
      await console.page.waitForTimeout(10_500);
      asked.length = 0;
      await console.page.goBack();
      await console.page.getByText(/[78]00 loaded/).waitFor();
      await console.page.waitForTimeout(1000);
      // The next page may be asked for, since the end is near.
      expect(asked.filter((query) => query.get('cursor') === '' || query.get('cursor') === null)).toEqual([]);
      expect(asked.length).toBeLessThanOrEqual(1);
    });
  });
});
