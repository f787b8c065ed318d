/** Drives the console in a browser as people do: by mouse, or by the keyboard alone. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { FIND_LAYOUT_FAULTS } from './layout-faults.js';

const SCREENSHOTS = path.resolve(import.meta.dirname, '../../test-results/console');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** How somebody works. */
export interface Manner {
  readonly size: 'wide' | 'phone';
  readonly by: 'mouse' | 'keyboard';
  readonly scheme?: 'light' | 'dark';
}

/** How a page is looked at. */
export interface Look {
  readonly size: 'wide' | 'phone';
  readonly scheme: 'light' | 'dark';
}

export const LOOKS: readonly Look[] = [
  { size: 'wide', scheme: 'light' },
  { size: 'wide', scheme: 'dark' },
  { size: 'phone', scheme: 'dark' },
  { size: 'phone', scheme: 'light' },
];

const [WIDE_LIGHT, , PHONE_DARK] = LOOKS as readonly [Look, Look, Look, Look];

/** Every look of parts of screens takes minutes: `CONSOLE_LOOKS=all` before the looks themselves change. */
const ALL_LOOKS = process.env.CONSOLE_LOOKS === 'all';

/** Both sizes, and both schemes. */
export const TWO_LOOKS: readonly Look[] = ALL_LOOKS ? LOOKS : [WIDE_LIGHT, PHONE_DARK];

/** One of them, and the other for the next. */
export function lookInTurn(at: number): readonly Look[] {
  return ALL_LOOKS ? LOOKS : [at % 2 === 0 ? WIDE_LIGHT : PHONE_DARK];
}

const SIZES = { wide: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

/** The second key, after g. */
const KEYS = { Overview: 'o', Tokens: 't', 'My tokens': 'm', People: 'p', 'Audit log': 'a' };

/** How long people take: for a click, for a key, and to read what has come. */
const CLICK_MS = 1200;
const KEY_MS = 300;
const READ_MS = 1500;

/** No task needs so many steps of Tab. */
const MOST_TABS = 90;

// Text, for this project knows no types of browsers.

const FIND_VIOLATIONS = `axe.run({ rules: { 'target-size': { enabled: true } } }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 200)).join(' ')))`;

/** As much of an element as is used here. */
interface PageElement {
  readonly ownerDocument: { readonly activeElement: unknown };
  contains(other: unknown): boolean;
}

/** Runs in the page. */
function hasFocus(element: unknown, within: boolean): boolean {
  const { ownerDocument } = element as PageElement;
  const { activeElement } = ownerDocument;
  return element === activeElement || (within && (element as PageElement).contains(activeElement));
}

/** What a person signs in with. */
interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** One person at one browser. */
export class ConsolePage {
  /** What the browser complained about: errors, violations of the policy. */
  readonly complaints: string[] = [];
  /** What the person has done so far. */
  readonly effort = { clicks: 0, keys: 0, reads: 0 };
  /** Hosts that the page asked for anything. */
  readonly hosts = new Set<string>();

  private constructor(
    readonly page: Page,
    private readonly baseUrl: string,
    readonly manner: Manner,
  ) {
    page.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      // Browsers report answers with an error status. The first look at who is signed in is one.
      if (!message.text().includes('Failed to load resource')) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('request', (request) => this.hosts.add(new URL(request.url()).host));
  }

  static async open(browser: Browser, baseUrl: string, manner: Manner): Promise<ConsolePage> {
    const context = await browser.newContext({
      viewport: SIZES[manner.size],
      colorScheme: manner.scheme ?? 'light',
      reducedMotion: 'reduce',
      hasTouch: false,
    });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    return new ConsolePage(await context.newPage(), baseUrl, manner);
  }

  /** A wide page, used with the mouse, whose user has signed in. */
  static async signedIn(browser: Browser, baseUrl: string, { email, password }: Credentials): Promise<ConsolePage> {
    const console = await ConsolePage.open(browser, baseUrl, { size: 'wide', by: 'mouse' });
    await console.go('/');
    await console.signIn(email, password);
    return console;
  }

  /** How long a person would have taken, in milliseconds. */
  get pace(): number {
    const { clicks, keys, reads } = this.effort;
    return clicks * CLICK_MS + keys * KEY_MS + reads * READ_MS;
  }

  /** Presses a key, as the person does. */
  private async key(name: string): Promise<void> {
    this.effort.keys += 1;
    await this.page.keyboard.press(name);
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  /** @param address - below the console, with a leading slash */
  async go(address: string): Promise<void> {
    await this.page.goto(`${this.baseUrl}/console${address}`);
    await this.page.locator('h1').first().waitFor();
  }

  /** Nothing of the page is being loaded any more. */
  async settled(): Promise<void> {
    const loading = this.page.getByText('Loading…');
    while ((await loading.count()) > 0) await this.page.waitForTimeout(50);
  }

  async signIn(email: string, password: string): Promise<void> {
    await this.type('E-mail address', email);
    await this.type('Password', password);
    await this.press('button', 'Sign in');
    await this.page.getByRole('heading', { level: 1, name: 'Latchkey' }).waitFor({ state: 'detached' });
  }

  /** Goes to a screen: by its keys, or by the navigation, which a phone has in a menu. */
  async visit(place: keyof typeof KEYS): Promise<void> {
    if (this.manner.by === 'keyboard') {
      await this.page.locator('h1').first().waitFor();
      await this.key('g');
      await this.key(KEYS[place]);
      await this.heading(place);
      return;
    }
    if (this.manner.size === 'phone') await this.press('button', 'Open menu');
    await this.press('link', place);
    await this.heading(place);
  }

  async heading(name: string): Promise<void> {
    this.effort.reads += 1;
    await this.page.getByRole('heading', { level: 1, name }).waitFor();
  }

  /** Presses a button, follows a link, or chooses from a menu. */
  async press(role: 'button' | 'link' | 'menuitem' | 'radio' | 'checkbox', name: string | RegExp): Promise<void> {
    const exact = typeof name === 'string';
    const target = this.scope().getByRole(role, { name, exact }).first();
    await target.waitFor({ state: role === 'radio' || role === 'checkbox' ? 'attached' : 'visible' });
    if (this.manner.by === 'mouse') await this.click(target, role);
    else await this.pressByKey(target, role);
  }

  private async click(target: Locator, role: string): Promise<void> {
    this.effort.clicks += 1;
    // The boxes that people see are not the browser's own, which lie below them.
    if (role === 'radio' || role === 'checkbox') await target.locator('xpath=ancestor::label[1]').click();
    else await target.click();
  }

  private async pressByKey(target: Locator, role: string): Promise<void> {
    if (role === 'menuitem') {
      await this.untilFocused(target, 'ArrowDown');
      await this.key('Enter');
    } else if (role === 'radio') {
      await this.untilFocused(target.locator('xpath=ancestor::*[@role="radiogroup"][1]'), 'Tab', true);
      await this.untilFocused(target, 'ArrowRight');
    } else {
      await this.untilFocused(target, 'Tab');
      await this.key(role === 'checkbox' ? 'Space' : 'Enter');
    }
  }

  /** Goes on by a key until the target has the focus. @param within - whether something inside of it is enough */
  private async untilFocused(target: Locator, key: string, within = false): Promise<void> {
    for (let step = 0; step <= MOST_TABS; step += 1) {
      const isThere = await target.evaluate(hasFocus, within);
      if (isThere) return;
      await this.key(key);
    }
    throw new Error(`${String(target)} is not reached by ${key}`);
  }

  /** Fills a field in. */
  async type(label: string, text: string): Promise<void> {
    const kinds = this.page.locator('input:not([type="radio"]), textarea');
    const field = this.scope().getByLabel(label, { exact: true }).and(kinds);
    this.effort.keys += text.length;
    if (this.manner.by === 'mouse') {
      this.effort.clicks += 1;
      await field.fill(text);
      return;
    }
    await this.untilFocused(field, 'Tab');
    await this.key('Control+A');
    await this.page.keyboard.type(text);
  }

  /** Chooses from a list. */
  async choose(label: string, text: string): Promise<void> {
    const list = this.scope().getByLabel(label, { exact: true });
    if (this.manner.by === 'keyboard') {
      await this.untilFocused(list, 'Tab');
      await this.page.keyboard.type(text);
    } else await list.selectOption({ label: text });
  }

  /** An open dialog has everything; what is below it cannot be reached. */
  private scope(): Locator {
    return this.page
      .locator('body:not(:has([role="dialog"], [role="alertdialog"])), [role="dialog"], [role="alertdialog"]')
      .last();
  }

  get dialog(): Locator {
    return this.page.locator('[role="dialog"], [role="alertdialog"]');
  }

  /** What lies in the clipboard. */
  clipboard(): Promise<string> {
    return this.page.evaluate<string>('navigator.clipboard.readText()');
  }

  /** Fails for what axe-core finds, and for a page that is wider than the window. */
  async check(name: string): Promise<void> {
    await this.page.evaluate(AXE);
    let violations = await this.page.evaluate<string[]>(FIND_VIOLATIONS);
    // Browsers under load take some time until all colours are those of another scheme.
    for (let tries = 0; violations.length > 0 && tries < 10; tries += 1) {
      await this.page.waitForTimeout(300);
      violations = await this.page.evaluate<string[]>(FIND_VIOLATIONS);
    }
    expect([name, violations]).toEqual([name, []]);
    const excess = await this.page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect([name, excess > 0]).toEqual([name, false]);
    const faults = await this.page.evaluate<string[]>(FIND_LAYOUT_FAULTS);
    expect([name, faults]).toEqual([name, []]);
  }

  async resize(size: Manner['size']): Promise<void> {
    await this.page.setViewportSize(SIZES[size]);
  }

  /** {@link check} in several looks, and a screenshot of each. The page is not loaded again. */
  async checkLooks(name: string, looks: readonly Look[]): Promise<void> {
    for (const { size, scheme } of looks) {
      await this.resize(size);
      await this.page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await this.page.waitForTimeout(300);
      await this.keep(name, size, scheme);
      await this.check(`${name}, ${size}, ${scheme}`);
    }
  }

  /** A screenshot. */
  async keep(name: string, size = this.manner.size, scheme = this.manner.scheme ?? 'light'): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${size}-${scheme}.png`) });
  }
}
