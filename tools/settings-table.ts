/**
 * The tables of settings and of options in docs/settings.md, those of the README, and the list in `latchkey --help`, made
 * from what the rooms declare. `npm run settings-table` writes them; a test fails while there are others.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, type FormatConfig } from 'oxfmt';
import { settingsHelp } from '../src/cli/settings-help.js';
import { settingsTables } from '../src/config/index.js';
import { DATA_PLANE_SETTINGS } from '../src/data-plane/data-plane.settings.js';
import { DIALECT_SETTINGS } from '../src/dialects.settings.js';
import { LATCHKEY_SETTINGS } from '../src/latchkey.settings.js';
import { describeSettings, type SettingDescription, type SettingsTable } from '../src/settings/index.js';

const ROOT = path.resolve(import.meta.dirname, '..');

/** Has the settings that most servers need. */
export const README = path.resolve(ROOT, 'README.md');

/** Has all settings and options. */
export const SETTINGS_PAGE = path.resolve(ROOT, 'docs/settings.md');

/** The settings of the README, in its order. */
const MOST_USED: readonly string[] = [
  'DATABASE_URL',
  'DATABASE_MUST_EXIST',
  'HOST',
  'PORT',
  'TRUST_PROXY',
  'TLS_CERT_FILE',
  'TLS_KEY_FILE',
  'FIRST_CREDENTIALS_FILE',
  'ADMIN_EMAIL',
  'ADMIN_PASSWORD',
  'OPERATIONS_PORT',
  'DOCS',
  'LOG_LEVEL',
  'AUDIT_RETENTION_DAYS',
  'SHUTDOWN_DELAY_SECONDS',
];

/** Where the list for `latchkey --help` is kept: reading every declaration takes as long as starting Node. */
export const SETTINGS_LIST = path.resolve(import.meta.dirname, '../src/cli/settings-list.ts');

/** The source file with the list as it has to be. */
export function settingsListFile(): string {
  const text = settingsHelp(settingsTables()).replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
  return `/** The list of settings in \`latchkey --help\`, made by \`npm run settings-table\` from what the rooms declare. */

/** One line for each setting with an environment variable. */
export const SETTINGS_HELP = \`${text}\`;
`;
}

/** The README with its table as it has to be. */
export function withMostUsedSettings(readme: string): Promise<string> {
  return formatted(withTable(readme, 'most used settings', mostUsedRows()));
}

/** The page of settings with its tables as they have to be. */
export function withSettingsTables(page: string): Promise<string> {
  return formatted(withTable(withTable(page, 'settings', settingsRows()), 'options', optionsRows()));
}

async function formatted(text: string): Promise<string> {
  const { singleQuote, printWidth } = JSON.parse(
    readFileSync(path.resolve(ROOT, '.oxfmtrc.json'), 'utf8'),
  ) as FormatConfig;
  const { code, errors } = await format(README, text, { singleQuote, printWidth });
  if (errors[0]) throw new Error(errors[0].message);
  return code;
}

function withTable(page: string, name: string, rows: readonly string[]): string {
  const [begin, end] = [`<!-- ${name}: made by npm run settings-table -->`, `<!-- end of ${name} -->`];
  const [before, rest, ...more] = page.split(begin);
  const [, after, ...others] = rest?.split(end) ?? [];
  if (before === undefined || after === undefined || more.length + others.length > 0) {
    throw new Error(`the page needs one line ${begin} and, after it, one line ${end}`);
  }
  return [before, begin, '\n\n', rows.join('\n'), '\n\n', end, after].join('');
}

const SETTING_HEAD = [row('variable', 'default', 'meaning'), row('---', '---', '---')];

function mostUsedRows(): string[] {
  const all = settingsTables().flatMap(describeSettings);
  const rows = MOST_USED.map((name) => {
    const setting = all.find(({ env }) => env === name);
    if (!setting) throw new Error(`there is no setting ${name}: change the list of the README in this file`);
    return settingRow(setting);
  });
  return [...SETTING_HEAD, ...rows];
}

function settingsRows(): string[] {
  return settingsTables().flatMap((table) => {
    const settings = describeSettings(table).filter(({ env }) => env !== undefined);
    return settings.length > 0 ? [`### ${table.title}`, '', ...SETTING_HEAD, ...settings.map(settingRow), ''] : [];
  });
}

function settingRow(setting: SettingDescription): string {
  return row(`\`${setting.env ?? ''}\``, setting.byDefault ?? 'none', meaning(setting));
}

/** A host gives the forms of a dialect's credentials to `LatchkeyModule`, and the rest to the dialect's own module. */
const CREDENTIALS = 'credentials.';

/** Modules that are not called after their dialect. */
const MODULES: Readonly<Record<string, string>> = { latchkey: 'LatchkeyApiModule' };

function optionsRows(): string[] {
  const dialects = Object.entries<SettingsTable>(DIALECT_SETTINGS).map(([name, table]) => {
    const options = describeSettings(table);
    return {
      module: MODULES[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}Module`,
      options: options.filter(({ option }) => !option.startsWith(CREDENTIALS)),
      credentials: options
        .filter(({ option }) => option.startsWith(CREDENTIALS))
        .map((described) => ({
          ...described,
          option: described.option.replace(CREDENTIALS, `${CREDENTIALS}${name}.`),
        })),
    };
  });
  const common = [...describeSettings(LATCHKEY_SETTINGS), ...dialects.flatMap(({ credentials }) => credentials)];
  return [
    ...moduleRows('LatchkeyModule', common),
    ...moduleRows('DataPlaneModule', describeSettings(DATA_PLANE_SETTINGS)),
    ...dialects.flatMap(({ module, options }) => moduleRows(module, options)),
  ];
}

function moduleRows(module: string, options: readonly SettingDescription[]): string[] {
  return [`### \`${module}\``, '', row('option', 'meaning'), row('---', '---'), ...options.map(optionRow), ''];
}

function optionRow(setting: SettingDescription): string {
  const { option, env, byDefault } = setting;
  return row(`\`${option}\``, env ? `as \`${env}\`` : `${meaning(setting)}. Default: ${byDefault ?? 'none'}`);
}

function meaning({ doc, range, more, fileEnv }: SettingDescription): string {
  const line = range === undefined ? doc : `${doc} (${range})`;
  const file = fileEnv === undefined ? undefined : `\`${fileEnv}\` may name a file that holds it.`;
  return [line, more, file]
    .filter((part) => part !== undefined)
    .join('. ')
    .replaceAll('.. ', '. ');
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(README, await withMostUsedSettings(readFileSync(README, 'utf8')));
  writeFileSync(SETTINGS_PAGE, await withSettingsTables(readFileSync(SETTINGS_PAGE, 'utf8')));
  writeFileSync(SETTINGS_LIST, settingsListFile());
}
