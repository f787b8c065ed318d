import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chromium, type Browser } from 'playwright-core';
import type { Engine } from '../../src/persistence/index.js';
import { withBinary } from '../support/binaries.js';
import { ADMIN } from '../support/test-server.js';
import { ConsolePage, type Manner } from './console-page.js';
import { openOffice, type Office } from './office.js';

// A browser is slow while other suites run.
jest.setTimeout(180_000);

/** A person needs no longer: with the clicks, the keys and the reading that it takes. */
const PACE_MS = 30_000;

const REPORT = path.resolve(import.meta.dirname, '../../test-results/console/tasks.txt');

const MANNERS: readonly (Manner & { engine: Engine })[] = [
  { size: 'wide', by: 'mouse', engine: 'sqlite' },
  { size: 'wide', by: 'keyboard', engine: 'postgres' },
  { size: 'phone', by: 'mouse', engine: 'postgres' },
  { size: 'phone', by: 'keyboard', engine: 'sqlite' },
];

withBinary('chromium', (executablePath) => {
  describe.each(MANNERS)('somebody at a $size screen, by $by ($engine)', ({ engine, ...manner }) => {
    let office: Office;
    let browser: Browser;
    let console: ConsolePage;

    beforeAll(async () => {
      office = await openOffice(engine);
      browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
      console = await ConsolePage.open(browser, office.server.baseUrl, manner);
      await console.page.goto(office.server.baseUrl);
      await console.press('link', 'Open the console');
      await console.signIn(ADMIN.email, ADMIN.password);
    });
    afterAll(async () => {
      expect(console.complaints).toEqual([]);
      expect([...console.hosts]).toEqual([new URL(office.server.baseUrl).host]);
      await browser.close();
      await office.server.close();
    });

    /** Within what a person would take. */
    const task = async (name: string, work: () => Promise<void>): Promise<void> => {
      const start = { ...console.effort, pace: console.pace };
      await work();
      const { clicks, keys, reads } = console.effort;
      const pace = console.pace - start.pace;
      const done = `${String(clicks - start.clicks)} clicks, ${String(keys - start.keys)} keys, ${String(reads - start.reads)} reads`;
      mkdirSync(path.dirname(REPORT), { recursive: true });
      appendFileSync(REPORT, `${name}, ${manner.size}, ${manner.by}, ${engine}: ${String(pace / 1000)} s (${done})\n`);
      expect([name, pace < PACE_MS, done]).toEqual([name, true, done]);
    };

    it('creates a token and copies its secret, which is not left anywhere', async () => {
      await task('create', async () => {
        await console.visit('Tokens');
        await console.press('link', 'Create token');
        await console.type('Name', 'Deploy to production');
        await console.press('radio', '90 days');
        await console.press('button', 'Create');
        await console.press('button', 'Copy as headers');
        // Neither Escape nor the button of the browser leaves it.
        await console.page.keyboard.press('Escape');
        expect(await console.dialog.count()).toBe(1);
        await console.press('checkbox', 'I have saved it');
        await console.press('button', 'Done');
        await console.dialog.waitFor({ state: 'detached' });
      });
      const headers = Object.fromEntries(
        (await console.clipboard()).split('\n').map((line) => line.split(': ') as [string, string]),
      );
      expect(await office.verify(headers)).toBe(200);
      const secret = headers['CF-Access-Client-Secret'] ?? '';
      expect(secret).toMatch(/^lkst_/);
      expect(await console.page.content()).not.toContain(secret);
      expect(console.page.url()).not.toContain(secret);
      const stored = await console.page.evaluate<string>(
        'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state])',
      );
      expect(stored).not.toContain(secret);
    });

    it('rotates a token with a week of overlap', async () => {
      const { headers } = await office.createServiceToken('Nightly backup');
      await task('rotate', async () => {
        await console.visit('Tokens');
        await console.type('Search tokens', 'nightly');
        await console.page.getByRole('link', { name: 'Deploy of Bob' }).waitFor({ state: 'detached' });
        await console.press('button', 'Actions for Nightly backup');
        await console.press('menuitem', 'Rotate…');
        await console.press('radio', '1 week');
        await console.press('button', 'Rotate');
        await console.press('button', 'Copy as headers');
        await console.press('checkbox', 'I have saved it');
        await console.press('button', 'Done');
        await console.dialog.waitFor({ state: 'detached' });
      });
      const copied = (await console.clipboard()).split('\n').map((line) => line.split(': ') as [string, string]);
      expect([await office.verify(headers), await office.verify(Object.fromEntries(copied))]).toEqual([200, 200]);
      expect(headers).not.toEqual(Object.fromEntries(copied));
    });

    it('finds who still uses an old secret, and ends it', async () => {
      const { token, headers } = await office.createServiceToken('Billing export');
      await office.call('POST', `/tokens/${token.id}/rotate`, { overlap: '168h' });
      expect(await office.verify({ ...headers, 'User-Agent': 'old-robot/1.0' })).toBe(200);
      await office.writeUses();
      await task('end the old secret', async () => {
        await console.visit('Overview');
        await console.page.reload();
        await console.press('link', /Old secret still in use/);
        await console.heading('Tokens');
        await console.press('link', 'Billing export');
        await console.heading('Billing export');
        await console.page.getByText('old-robot/1.0').first().waitFor();
        await console.press('button', 'End old secret…');
        await console.press('button', 'End old secret');
        await console.dialog.waitFor({ state: 'detached' });
      });
      expect(await office.verify(headers)).toBe(401);
    });

    it('revokes all of one person, after seeing what that is', async () => {
      await task('revoke all', async () => {
        await console.visit('People');
        await console.press('link', 'Bob Builder');
        await console.heading('Bob Builder');
        await console.press('button', 'Revoke all…');
        await console.dialog.getByText('2 service tokens that they created').waitFor();
        await console.press('button', 'Revoke all');
        await console.dialog.waitFor({ state: 'detached' });
      });
      const left = await office.call<{ items: unknown[] }>('GET', `/tokens?created_by=${office.bobId}`);
      expect(left.items).toEqual([]);
    });

    it('finds a change in the audit log', async () => {
      await task('find a change', async () => {
        await console.visit('Audit log');
        await console.type('Search the log', 'Billing export');
        const rows = console.page.locator('tbody tr');
        await rows.filter({ hasText: 'Deploy' }).first().waitFor({ state: 'detached' });
        await rows.filter({ hasText: 'Token rotated' }).first().waitFor();
        await rows.filter({ hasText: 'Token: end of its old secret changed' }).first().waitFor();
      });
      expect(await console.page.locator('tbody tr').filter({ hasText: 'Billing export' }).count()).toBeGreaterThan(1);
    });
  });
});
