/** Reads settings from an environment. */
import { checkText } from './check.js';
import { isTable, type Setting, type SettingsTable, type Values } from './setting.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The value of one setting, where it is from, and what is wrong when it could not be read. */
interface Reading {
  readonly value: unknown;
  readonly source: 'environment' | 'default';
  readonly issue?: string;
}

/** An empty value counts as not given. */
function readSetting(setting: Setting<unknown>, env: Environment): Reading {
  const byDefault = { value: setting.default, source: 'default' } as const;
  const text = setting.env === undefined ? undefined : env[setting.env];
  if (setting.env === undefined || text === undefined || text === '') return byDefault;
  const result = checkText(setting, text);
  if ('problem' in result) return { ...byDefault, issue: `${setting.env} ${result.problem}` };
  return { value: result.value, source: 'environment' };
}

/** Reads a table. @param issues - takes what is wrong; values that could not be read are the defaults then */
export function readEnvironment<T extends SettingsTable>(table: T, env: Environment, issues: string[]): Values<T> {
  const values = Object.entries(table.settings).map(([name, entry]) => {
    if (isTable(entry)) return [name, readEnvironment(entry, env, issues)];
    const { value, issue } = readSetting(entry, env);
    if (issue !== undefined) issues.push(issue);
    return [name, value];
  });
  return Object.fromEntries(values) as Values<T>;
}
