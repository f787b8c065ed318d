/**
 * The table of settings in the README, made from what the rooms declare. `npm run settings-table` writes it; a test fails
 * while the README has another.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { settingsTables } from '../src/config/index.js';
import { describeSettings, type SettingDescription, type SettingsTable } from '../src/settings/index.js';

/** Where the table is kept. */
export const README = path.resolve(import.meta.dirname, '../README.md');

const BEGIN = '<!-- settings: made by npm run settings-table -->';
const END = '<!-- end of settings -->';

/** A README with the table as it has to be. */
export async function withSettingsTable(readme: string): Promise<string> {
  const [before, rest, ...more] = readme.split(BEGIN);
  const [, after, ...others] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined || more.length + others.length > 0) {
    throw new Error(`README.md needs one line ${BEGIN} and, after it, one line ${END}`);
  }
  const text = [before, BEGIN, '\n\n', settingsTable(), '\n', END, after].join('');
  return format(text, { ...(await resolveConfig(README)), parser: 'markdown' });
}

function settingsTable(): string {
  const rows = settingsTables().flatMap(section);
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

function section(table: SettingsTable): string[] {
  const settings = describeSettings(table).filter(({ env }) => env !== undefined);
  return settings.length > 0 ? [`| **${table.title}** | | |`, ...settings.map(row)] : [];
}

function row({ env = '', byDefault = 'none', doc, range, more }: SettingDescription): string {
  const meaning = range === undefined ? doc : `${doc} (${range})`;
  const cells = [`\`${env}\``, byDefault, more === undefined ? meaning : `${meaning}. ${more}`];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(README, await withSettingsTable(readFileSync(README, 'utf8')));
}
