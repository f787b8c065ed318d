/** The command that each dialog shows does in a shell what its button does. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chromium, type Browser, type Request } from 'playwright-core';
import { withBinary } from '../support/binaries.js';
import { ADMIN } from '../support/test-server.js';
import { openBusyOffice, type BusyOffice } from './busy-office.js';
import { ConsolePage } from './console-page.js';
import { DIALOGS, SCREENS, type Opened } from './scenes.js';

// A browser is slow while other suites run.
jest.setTimeout(180_000);

const run = promisify(execFile);

/** Some commands write files. */
const FOLDER = mkdtempSync(path.join(tmpdir(), 'latchkey-commands-'));

/** Dialogs that send nothing. */
const SILENT = ['shortcuts'];

/** What is typed into fields that are empty, by their labels. */
const TYPED: Readonly<Record<string, string>> = {
  'E-mail address': 'new.person@example.com',
  'Current password': ADMIN.password,
  'New password': 'another long enough password',
  Name: "Somebody's own",
  Scopes: 'reports:read',
};

/** A call as a shell hands it to curl, or as the browser sends it. */
interface Sent {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

/** What curl is given. */
async function argumentsOf(command: string): Promise<Sent> {
  const { stdout } = await run('bash', ['-c', `curl() { printf '%s\\0' "$@"; }\n${command}`]);
  const given = stdout.split('\0');
  const after = (option: string): string | undefined =>
    given.includes(option) ? given[given.indexOf(option) + 1] : undefined;
  const body = after('-d');
  return {
    method: after('-X') ?? 'GET',
    url: given.find((word) => word.startsWith('http')) ?? '',
    body: body === undefined ? null : (JSON.parse(body) as unknown),
  };
}

/** Runs it, with what it leaves out filled in. @returns the status */
async function statusOf(command: string): Promise<number> {
  const text = command
    .replace('"current_password":"…"', `"current_password":"${ADMIN.password}"`)
    .replace('…', 'a password');
  const { stdout } = await run('bash', ['-c', `${text} -s -o /dev/null -w '%{http_code}'`], {
    cwd: FOLDER,
    env: { ...process.env, LATCHKEY_TOKEN: ADMIN.token },
  });
  return Number(stdout);
}

function sentBy(request: Request): Sent {
  const text = request.postData();
  return {
    method: request.method(),
    url: request.url(),
    body: text === null ? null : withoutPasswords(JSON.parse(text) as Record<string, unknown>),
  };
}

function withoutPasswords(body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, name.includes('password') ? '…' : value]),
  );
}

withBinary('chromium', (executablePath) => {
  describe('commands', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
    });
    afterAll(async () => {
      await browser.close();
      rmSync(FOLDER, { recursive: true });
    });

    const signedIn = async (office: BusyOffice): Promise<ConsolePage> => {
      const console = await ConsolePage.signedIn(browser, office.server.baseUrl, ADMIN);
      return console;
    };

    /** Fills in what is empty, and what has to be another than it is. */
    async function fill({ dialog }: ConsolePage, typed: Readonly<Record<string, string>>): Promise<void> {
      await dialog.waitFor();
      for (const label of await dialog.locator('label:has(+ input)').all()) {
        const text = await label.innerText();
        const words = typed[text] ?? /^Type (.*) to confirm$/.exec(text)?.[1];
        const field = label.locator('+ input');
        if (words !== undefined) await field.fill(words);
      }
    }

    const senders = DIALOGS.filter(({ name }) => !SILENT.includes(name));

    it.each(senders)('of dialogs do what the button does: $name', async ({ name, address, open }: Opened) => {
      const office = await openBusyOffice('sqlite');
      const console = await signedIn(office);
      const { page, dialog } = console;
      await console.go(address(office));
      await console.settled();
      await open(console);
      // Members are people who are there already.
      await fill(console, name === 'add-member' ? { 'E-mail address': 'ada@example.com' } : TYPED);
      const sent = new Promise<Sent>((resolve) => {
        void page.route('**/latchkey/v1/**', async (route) => {
          if (route.request().method() === 'GET') return route.continue();
          resolve(sentBy(route.request()));
          return route.fulfill({ status: 400, json: { status: 400, detail: 'not now' } });
        });
      });
      const commands = await dialog.locator('.command pre').allTextContents();
      await dialog.locator('footer button').last().click();
      const command = commands.at(-1) ?? '';
      expect(await argumentsOf(command)).toEqual(await sent);
      for (const each of commands) expect([each, (await statusOf(each)) < 300]).toEqual([each, true]);
      await console.close();
      await office.server.close();
    });

    it('of screens are answered', async () => {
      const office = await openBusyOffice('sqlite');
      const console = await signedIn(office);
      const seen = new Set<string>();
      for (const { route, address } of SCREENS) {
        await console.go(address(office));
        await console.settled();
        for (const command of await console.page.locator('main .command pre').allTextContents()) {
          seen.add(route);
          expect([command, await statusOf(command)]).toEqual([command, 200]);
        }
      }
      const without = SCREENS.map(({ route }) => route).filter((route) => !seen.has(route));
      expect(without).toEqual(['*']);
      await console.close();
      await office.server.close();
    });
  });
});
