/** Every screen, at both sizes, light and dark: with data, without, while it is loaded, and when that fails. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chromium, type Browser, type Route } from 'playwright-core';
import { withBinary } from '../support/binaries.js';
import { ADMIN } from '../support/test-server.js';
import { openBusyOffice, type BusyOffice } from './busy-office.js';
import { ConsolePage, LOOKS, TWO_LOOKS, lookInTurn } from './console-page.js';
import { PARTS, SCREENS } from './scenes.js';

// A browser is slow while other suites run.
jest.setTimeout(180_000);

const API = '**/latchkey/v1/**';

/** One screen of each route. */
const ROUTES = SCREENS.filter(({ route }, at) => SCREENS.findIndex((other) => other.route === route) === at);

type Answer = (route: Route) => Promise<void>;

/** What the API answers in a state of the screens. Who is signed in is answered as always. */
const STATES: Readonly<Record<string, Answer>> = {
  empty: async (route) => {
    const response = await route.fetch();
    if (response.status() !== 200 || !response.headers()['content-type']?.includes('json')) {
      await route.fulfill({ response });
    } else await route.fulfill({ response, json: emptied(await response.json()) });
  },
  failed: (route) => route.fulfill(problem(500, 'internal', 'A fault of the server.')),
  forbidden: (route) => route.fulfill(problem(403, 'forbidden', 'You may not see this.')),
  away: (route) => route.fulfill(problem(503, 'unavailable', 'The database cannot be reached now.')),
  loading: () => new Promise<void>(() => undefined),
};

function problem(status: number, type: string, detail: string) {
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '30' },
    body: JSON.stringify({ type: `/latchkey/v1/problems#${type}`, status, detail, request_id: 'a-request' }),
  };
}

/** Lists without items, figures that are zero. */
function emptied(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  if (typeof value === 'number') return 0;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, emptied(member)]));
}

withBinary('chromium', (executablePath) => {
  describe('the screens of the console', () => {
    let office: BusyOffice;
    let browser: Browser;
    let console: ConsolePage;

    beforeAll(async () => {
      office = await openBusyOffice('sqlite');
      browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
      console = await ConsolePage.open(browser, office.server.baseUrl, { size: 'wide', by: 'mouse' });
      await console.go('/');
      await console.checkLooks('sign-in', LOOKS);
      await console.type('Password', 'wrong');
      await console.type('E-mail address', ADMIN.email);
      await console.press('button', 'Sign in');
      await console.page.getByRole('alert').waitFor();
      await console.checkLooks('sign-in-refused', LOOKS);
      await console.signIn(ADMIN.email, ADMIN.password);
    });
    afterAll(async () => {
      expect(console.complaints).toEqual([]);
      await browser.close();
      await office.server.close();
    });

    it.each(SCREENS)('have nothing that axe-core objects to, and fit: $name', async ({ name, address }) => {
      await console.resize('wide');
      await console.go(address(office));
      await console.settled();
      await console.checkLooks(name, LOOKS);
    });

    it.each(PARTS)('have parts of which the same is true: $name', async ({ name, address, open }) => {
      for (const look of TWO_LOOKS) {
        await console.resize(look.size);
        await console.go(address(office));
        await console.settled();
        await open(console);
        await console.checkLooks(name, [look]);
      }
    });

    describe.each(Object.entries(STATES))('that are %s', (state, answer) => {
      beforeAll(async () => {
        await console.page.route(API, (route) => {
          const { pathname } = new URL(route.request().url());
          const isOwn = /\/(?:me|events|session\/ways)$/.test(pathname);
          return isOwn ? route.continue() : answer(route);
        });
      });
      afterAll(() => console.page.unrouteAll({ behavior: 'ignoreErrors' }));

      it.each(ROUTES)('are as good: $name', async ({ name, address }) => {
        await console.resize('wide');
        await console.go(address(office)).catch(() => undefined);
        if (state !== 'loading') await console.settled();
        const at = ROUTES.findIndex((each) => each.name === name) + Object.keys(STATES).indexOf(state);
        await console.checkLooks(`${name}-${state}`, lookInTurn(at));
      });
    });
  });
});
