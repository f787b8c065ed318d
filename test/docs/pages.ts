/** The pages that people read, and the commands and programs in them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');

/** All pages with commands. */
export const PAGES = [
  'README.md',
  'docs/several-instances.md',
  'bench/README.md',
  'examples/proxies/README.md',
] as const;

export type Page = (typeof PAGES)[number];

export function pageText(page: Page): string {
  return readFileSync(path.join(ROOT, page), 'utf8');
}

/** The fenced blocks in one language, as they stand. */
export function blocks(page: Page, language: string): string[] {
  const fences = pageText(page).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'));
  return [...fences].map(([, text = '']) => text);
}

/** Every line of the blocks for a shell, without comments. */
export function commands(page: Page): string[] {
  return blocks(page, 'sh')
    .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '');
}

/** What is said in passing, between single backticks, and begins so. */
export function mentioned(page: Page, beginning: string): string[] {
  const prose = pageText(page).replaceAll(/^```.*?^```/gms, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text).filter((text) => text.startsWith(beginning));
}
