/** The files that pages name and the sections that comments cite exist. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = path.resolve(import.meta.dirname, '../..');

const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');

/** Files below a folder that end in this, from the root. */
function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
    .map((name) => path.join(folder, name));
}

const PAGES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', ...filesBelow('docs', '.md')];

/** Paths in the contracts are those of other repositories. */
const OURS = PAGES.filter((page) => !page.startsWith('docs/contracts/'));

/** Files that are created only on request. */
const NOT_THERE_YET = new Set([
  'src/persistence/migrations/NAME',
  // Files of hosts.
  'src/app.module.ts',
  'src/main.ts',
  'src/orders.spec.ts',
  'src/keys.service.ts',
  'src/people.directory.ts',
  'src/first-access.ts',
]);

describe('the pages', () => {
  it.each(OURS)('%s names only files that exist', (page) => {
    const named = read(page).match(/(?<![\w/.-])(?:src|test|tools|bench|docs|examples)\/[\w/.-]*\w/g) ?? [];
    const missing = named.filter((name) => !NOT_THERE_YET.has(name) && !existsSync(path.join(ROOT, name)));
    expect(missing).toEqual([]);
  });

  it.each(PAGES)('%s links only to what exists', (page) => {
    const targets = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target = '']) => target);
    const missing = targets.filter((target) => !existsSync(path.resolve(ROOT, path.dirname(page), target)));
    expect(missing).toEqual([]);
  });
});

describe('docs/architecture.md', () => {
  const page = read('docs/architecture.md');
  const folders = readdirSync(path.join(ROOT, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const [, picture = ''] = /```mermaid\n(flowchart[^]*?)```/.exec(page) ?? [];

  it.each(folders)('shows the folder %s in its picture of the rooms, or names it below', (name) => {
    const below = /^Two more rooms .*$/m.exec(page)?.[0] ?? '';
    const shown = [picture.includes(`["${name}: `), new RegExp(`top\\[".*\\b${name}[,:]`).test(picture)];
    expect([...shown, below.includes(`\`${name}\``)]).toContain(true);
  });

  it('shows no room that is gone', () => {
    const rooms = [...picture.matchAll(/^ {2}[\w-]+\["([\w-]+): /gm)].map(([, name]) => name);
    expect(rooms.length).toBeGreaterThan(15);
    expect(rooms.filter((name = '') => !folders.includes(name))).toEqual([]);
  });
});

describe('docs/decisions/README.md', () => {
  const entries = [...read('docs/decisions/README.md').matchAll(/^- \[(.*)\]\((.*)\)$/gm)];

  it('lists every decision once, by its number', () => {
    const pages = readdirSync(path.join(ROOT, 'docs/decisions')).filter((name) => /^\d/.test(name));
    expect(entries.map(([, , name]) => name)).toEqual(pages.sort());
  });

  it('gives each its title', () => {
    const titles = entries.map(([, , name = '']) => /^# (.*)$/m.exec(read(`docs/decisions/${name}`))?.[1]);
    expect(entries.map(([, title]) => title)).toEqual(titles);
  });
});

/** Numbers of the sections of a page: of its headings, and of the statements and list items below them. */
function sectionsOf(page: string): Set<string> {
  const sections = new Set<string>();
  let heading = '';
  for (const line of read(page).split('\n')) {
    const [, hashes, number = ''] = /^(#+ )?(\d+(?:\.\d+)?)\.? /.exec(line) ?? [];
    if (number === '') continue;
    if (hashes !== undefined) heading = number;
    sections.add(number);
    if (hashes === undefined) sections.add(`${heading}.${number}`);
  }
  return sections;
}

interface Citation {
  readonly where: string;
  readonly page: string;
  readonly section: string;
}

const CITED = /docs\/(contracts\/[\w-]+|design)\.md (§[\d.]*\d(?:(?:,| and| to) §[\d.]*\d)*)/g;

/** A section without the path of its page, which a reader would have to guess. */
const UNPLACED = /\b(?:[Cc]ontract|DESIGN)(?: \w+)? §/;

function citationsIn(file: string): Citation[] {
  return [...read(file).matchAll(CITED)].flatMap(([, name = '', list = '']) =>
    [...list.matchAll(/[\d.]*\d/g)].map(([section]) => ({ where: file, page: `docs/${name}.md`, section })),
  );
}

describe('comments', () => {
  const files = ['src', 'test', 'bench'].flatMap((folder) => filesBelow(folder, '.ts'));
  const citations = files.flatMap(citationsIn);

  it('cite sections that exist', () => {
    expect(citations.length).toBeGreaterThan(40);
    const missing = citations.filter(
      ({ page, section }) => !existsSync(path.join(ROOT, page)) || !sectionsOf(page).has(section),
    );
    expect(missing).toEqual([]);
  });

  it('name the page of each section', () => {
    expect(files.filter((file) => UNPLACED.test(read(file)))).toEqual([]);
  });
});
