/** Lists the settings for `latchkey --help`. */
import { describeSettings, type SettingDescription, type SettingsTable } from '../settings/index.js';

/** One line for each setting with an environment variable, under the title of its table. */
export function settingsHelp(tables: readonly SettingsTable[]): string {
  const groups = tables.map((table) => ({ title: table.title, settings: describeSettings(table) }));
  const names = groups.flatMap(({ settings }) => settings.map(({ env = '' }) => env.length));
  const width = Math.max(...names) + 2;
  return groups
    .map(({ title, settings }) => `${title}:\n${settings.flatMap((setting) => line(setting, width)).join('')}`)
    .join('\n');
}

function line({ env, doc, range, byDefault }: SettingDescription, width: number): string[] {
  if (env === undefined) return [];
  const remark = [range, byDefault === undefined ? undefined : `default: ${byDefault}`].filter(Boolean).join('; ');
  const words = remark === '' ? doc : `${doc} (${remark})`;
  return [`  ${env.padEnd(width)}${words.replaceAll('`', '')}\n`];
}
