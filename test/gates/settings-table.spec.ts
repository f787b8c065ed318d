import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { settingsTables } from '../../src/config/index.js';
import { describeSettings } from '../../src/settings/index.js';
import { README, withSettingsTable } from '../../tools/settings-table.js';

describe('the table of settings in the README', () => {
  it('is what the settings declare: run "npm run settings-table"', async () => {
    const readme = readFileSync(README, 'utf8');
    expect(await withSettingsTable(readme)).toBe(readme);
  });

  it('has a row for every variable', () => {
    const rows = readFileSync(README, 'utf8').split('\n');
    for (const { env } of settingsTables().flatMap(describeSettings)) {
      if (env !== undefined) expect(rows.filter((row) => row.startsWith(`| \`${env}\` `))).toHaveLength(1);
    }
  });

  it('needs its place in the README', async () => {
    await expect(withSettingsTable('# Latchkey\n')).rejects.toThrow('README.md needs one line <!-- settings');
  });
});
