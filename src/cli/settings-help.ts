/** Lists the settings for `latchkey --help`. */
import { describeSettings, type SettingDescription, type SettingsTable } from '../settings/index.js';

/** Room for the longest name of a variable. */
const NAME_WIDTH = 30;

/** One line for each setting with an environment variable, under the title of its table. */
export function settingsHelp(tables: readonly SettingsTable[]): string {
  const groups = tables.map((table) => ({ title: table.title, settings: describeSettings(table) }));
  return groups.map(({ title, settings }) => `${title}:\n${settings.flatMap(line).join('')}`).join('\n');
}

function line({ env, fileEnv, doc, range, byDefault }: SettingDescription): string[] {
  if (env === undefined) return [];
  const file = fileEnv === undefined ? undefined : `or ${fileEnv}`;
  const remark = [range, byDefault === undefined ? undefined : `default: ${byDefault}`, file]
    .filter(Boolean)
    .join('; ');
  const words = remark === '' ? doc : `${doc} (${remark})`;
  return [`  ${env.padEnd(NAME_WIDTH)}${words.replaceAll('`', '')}\n`];
}
