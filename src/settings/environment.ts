/** Reads settings from environment variables. */
import { checkText } from './check.js';
import { isTable, settingsOf, type Setting, type SettingsTable, type Values } from './setting.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The value of a setting, its source, and the problem if it could not be read. */
interface Reading {
  readonly value: unknown;
  readonly source: 'environment' | 'default';
  readonly issue?: string;
}

/** An empty value counts as not set. */
function readSetting(setting: Setting<unknown>, env: Environment): Reading {
  const byDefault = { value: setting.defaultIn?.(env) ?? setting.default, source: 'default' } as const;
  const text = setting.env === undefined ? undefined : env[setting.env];
  if (setting.env === undefined || text === undefined || text === '') return byDefault;
  const result = checkText(setting, text);
  if ('problem' in result) return { ...byDefault, issue: `${setting.env} ${result.problem}` };
  return { value: result.value, source: 'environment' };
}

/**
 * Reads all settings of a table.
 * @param issues - problems are added to it; the settings concerned have their defaults
 */
export function readEnvironment<T extends SettingsTable>(table: T, env: Environment, issues: string[]): Values<T> {
  const values = Object.entries(table.settings).map(([name, entry]) => {
    if (isTable(entry)) return [name, readEnvironment(entry, env, issues)];
    const { value, issue } = readSetting(entry, env);
    if (issue !== undefined) issues.push(issue);
    return [name, value];
  });
  return Object.fromEntries(values) as Values<T>;
}

/** A setting as it is in force. */
export interface SettingInForce {
  readonly env: string;
  /** As it would be written in the environment, without what is secret in it; `null` if it has no value. */
  readonly value: string | null;
  readonly source: Reading['source'];
}

/** What stands in the place of a secret. */
const MASK = '***';

/** The settings of a table that have a variable, with their values and sources. */
export function settingsInForce(table: SettingsTable, env: Environment): SettingInForce[] {
  return settingsOf(table).flatMap((setting) => {
    if (setting.env === undefined) return [];
    const { value, source } = readSetting(setting, env);
    return [{ env: setting.env, value: value === undefined ? null : masked(setting, value), source }];
  });
}

function masked({ form, secret }: Setting<unknown>, value: unknown): string {
  if (!secret) return form.toText(value);
  return form.toMaskedText?.(value, MASK) ?? MASK;
}
