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

const SHELLS = '(?:sh|shell|bash|console)';

/** What a command in the prose begins with. */
const PROGRAMS = ['npm ', 'npx ', 'node ', 'curl ', 'find '];

export function pageText(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8');
}

/** The fenced blocks in one language (a regular expression), as they stand. */
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

/** The commands in the prose, between single backticks; what is only the name of a script there is given in full. */
export function mentioned(page: string): string[] {
  const prose = pageText(page).replaceAll(/^```.*?^```/gms, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)]
    .map(([, text = '']) => (text.includes(':') && SCRIPTS.includes(text) ? `npm run ${text}` : text))
    .filter((text) => PROGRAMS.some((beginning) => text.startsWith(beginning)));
}

/** Every command that a page gives somebody to type. */
export function typed(page: string): string[] {
  return [...new Set([...commands(page), ...mentioned(page)])];
}
