/** The pages that people read, and the commands and programs in them. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');

/** All pages with commands, from the root. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'bench/README.md',
  ...readdirSync(path.join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(path.join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((name) => path.basename(name) === 'README.md')
    .map((name) => `examples/${name.replaceAll(path.sep, '/')}`),
];

/** Names of what `npm run` runs. */
export const SCRIPTS: readonly string[] = Object.keys(
  (JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts,
);

/** The page whose commands test/docs/command-line.long.spec.ts runs. */
export const COMMAND_LINE_PAGE = 'docs/command-line.md';

/** The page for operators. Its requests are sent by test/docs/requests.long.spec.ts. */
export const OPERATING_PAGE = 'docs/operating.md';

const SHELLS = '(?:sh|shell|bash|console)';

/** How commands in the prose begin. */
const PROGRAMS = ['npm ', 'npx ', 'node ', 'curl ', 'find '];

export function pageText(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8');
}

/** The unchanged fenced blocks in one language (a regular expression). */
export function blocks(page: string, language: string): string[] {
  const fences = pageText(page).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'));
  return [...fences].map(([, text = '']) => text);
}

/** Every line of the blocks for a shell, without comments. */
export function commands(page: string): string[] {
  return blocks(page, SHELLS)
    .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => line.replace(/(?:^|\s+)#.*$/, '').trim())
    .filter((line) => line !== '');
}

/** The commands in the prose, between single backticks; names of scripts become full commands. */
export function mentioned(page: string): string[] {
  const prose = pageText(page).replaceAll(/^```.*?^```/gms, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)]
    .map(([, text = '']) => (text.includes(':') && SCRIPTS.includes(text) ? `npm run ${text}` : text))
    .filter((text) => PROGRAMS.some((beginning) => text.startsWith(beginning)));
}

/** Every command in a page. */
export function typed(page: string): string[] {
  return [...new Set([...commands(page), ...mentioned(page)])];
}
