/** Drives Swagger UI in a browser as a user does. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';

const SCREENSHOTS = path.resolve(import.meta.dirname, '../../test-results/screenshots');

/** An answer as the page shows it. */
export interface ShownAnswer {
  readonly status: string;
  /** Of an answer without a body, its headers. */
  readonly text: string;
}

/** By the name of a scheme: its value, or name and password. */
export type Credentials = Readonly<Record<string, string | readonly [string, string]>>;

export interface Input {
  /** By the name of a parameter, or of a field of a form. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Returns what to send instead of the given example. */
  readonly body?: (example: Record<string, unknown>) => object;
}

export class SwaggerPage {
  /** Errors that the browser has logged. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  /** Opens a document by its name in the selector. */
  static async open(browser: Browser, baseUrl: string, document: string): Promise<SwaggerPage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, reducedMotion: 'reduce' });
    const opened = new SwaggerPage(await context.newPage());
    await opened.page.goto(`${baseUrl}/docs?urls.primaryName=${document}`);
    await opened.page.locator('.opblock').first().waitFor();
    return opened;
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  /** The documents in the selector. */
  offered(): Promise<string[]> {
    return this.page.locator('.topbar select option').allTextContents();
  }

  async choose(document: string, title: string): Promise<void> {
    await this.page.locator('.topbar select').selectOption({ label: document });
    await this.page.locator('.info .title', { hasText: title }).waitFor();
    await this.page.locator('.opblock').first().waitFor();
  }

  /** Method, address and summary of every operation. */
  async operations(): Promise<{ label: string; summary: string }[]> {
    const blocks = await this.page.locator('.opblock').all();
    return Promise.all(
      blocks.map(async (block) => ({
        label: `${await textOf(block, '.opblock-summary-method')} ${await textOf(block, '.opblock-summary-path')}`,
        summary: await textOf(block, '.opblock-summary-description'),
      })),
    );
  }

  schemes(): Promise<string[]> {
    return this.inDialog((dialog) => dialog.locator('h4 code').allTextContents());
  }

  async authorize(credentials: Credentials): Promise<void> {
    await this.inDialog(async (dialog) => {
      for (const [scheme, credential] of Object.entries(credentials)) {
        const form = dialog
          .locator('.auth-container')
          .filter({ has: this.page.locator(`h4 code:text-is("${scheme}")`) });
        const inputs = form.locator('input');
        for (const [at, value] of [credential].flat().entries()) await inputs.nth(at).fill(value);
        await form.locator('button[type=submit]').click();
        await form.getByRole('button', { name: 'Remove authorization' }).waitFor();
      }
      await this.keep(`authorized-${Object.keys(credentials).join('-')}`);
    });
  }

  async logOut(): Promise<void> {
    await this.inDialog(async (dialog) => {
      const buttons = dialog.getByRole('button', { name: 'Remove authorization' });
      while ((await buttons.count()) > 0) await buttons.first().click();
    });
  }

  /** Fills an operation in, presses Execute, and reads the answer. */
  async tryOut(method: string, address: string, { fields = {}, body }: Input = {}): Promise<ShownAnswer> {
    const block = this.operation(method, address);
    const summary = block.locator('.opblock-summary-control');
    if ((await summary.getAttribute('aria-expanded')) !== 'true') await summary.click();
    for (const [name, value] of Object.entries(fields)) {
      await block.locator(`tr:is([data-param-name="${name}"], [data-property-name="${name}"]) input`).fill(value);
    }
    if (body) {
      const text = block.locator('textarea.body-param__text');
      await text.fill(JSON.stringify(body(JSON.parse(await text.inputValue()) as Record<string, unknown>)));
    }
    await block.locator('.btn.execute').click();
    const answer = block.locator('.live-responses-table');
    await answer.waitFor();
    const status = (await textOf(answer, 'tbody .response-col_status')).slice(0, 3);
    const text = (await answer.locator('tbody pre').first().textContent()) ?? '';
    await answer.scrollIntoViewIfNeeded();
    await this.keep(`${method}${address.replaceAll(/[^a-z_]+/gi, '-')}`);
    return { status, text };
  }

  /** A screenshot. */
  async keep(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) });
  }

  private operation(method: string, address: string): Locator {
    return this.page
      .locator(`.opblock-${method.toLowerCase()}`)
      .filter({ has: this.page.locator(`.opblock-summary-path[data-path="${address}"]`) });
  }

  private async inDialog<T>(act: (dialog: Locator) => Promise<T>): Promise<T> {
    await this.page.locator('.btn.authorize:not(.modal-btn)').click();
    const dialog = this.page.locator('.modal-ux');
    await dialog.waitFor();
    const result = await act(dialog);
    await dialog.locator('.close-modal').click();
    await dialog.waitFor({ state: 'detached' });
    return result;
  }
}

async function textOf(within: Locator, selector: string): Promise<string> {
  const text = (await within.locator(selector).first().textContent()) ?? '';
  return text.replaceAll('​', '').trim();
}
