import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { settingsTables } from '../../src/config/index.js';
import { settingsHelp } from '../../src/cli/settings-help.js';
import { describeSettings } from '../../src/settings/index.js';
import {
  README,
  SETTINGS_LIST,
  SETTINGS_PAGE,
  settingsListFile,
  withMostUsedSettings,
  withSettingsTables,
} from '../../tools/settings-table.js';

const VARIABLES = settingsTables()
  .flatMap(describeSettings)
  .flatMap(({ env }) => env ?? []);

describe('the tables of settings in docs/settings.md', () => {
  it('are what the settings declare: run "npm run settings-table"', async () => {
    const page = readFileSync(SETTINGS_PAGE, 'utf8');
    expect(await withSettingsTables(page)).toBe(page);
  });

  it('have a row for every variable', () => {
    const rows = readFileSync(SETTINGS_PAGE, 'utf8').split('\n');
    for (const name of VARIABLES) expect(rows.filter((row) => row.startsWith(`| \`${name}\` `))).toHaveLength(1);
  });

  it('need their markers in the page', () => {
    expect(() => withSettingsTables('# Settings\n')).toThrow('the page needs one line <!-- settings');
  });
});

describe('the table of settings in the README', () => {
  it('is what the settings declare: run "npm run settings-table"', async () => {
    const readme = readFileSync(README, 'utf8');
    expect(await withMostUsedSettings(readme)).toBe(readme);
  });
});

describe('latchkey --help', () => {
  const lines = settingsHelp(settingsTables()).split('\n');

  it('lists what the settings declare: run "npm run settings-table"', () => {
    expect(readFileSync(SETTINGS_LIST, 'utf8')).toBe(settingsListFile());
  });

  it('has one line for every variable, none of them too long to read', () => {
    for (const name of VARIABLES) expect(lines.filter((line) => line.startsWith(`  ${name} `))).toHaveLength(1);
    expect(lines.filter((line) => line.length > 155)).toEqual([]);
  });
});
