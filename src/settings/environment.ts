/** Reads settings from environment variables. */
import { checkText } from './check.js';
import { fileVariable, readSecretFile } from './secret-file.js';
import { isTable, settingsOf, type Setting, type SettingsTable, type Values } from './setting.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The value of a setting, its source, and the problem if it could not be read. */
interface Reading {
  readonly value: unknown;
  readonly source: 'environment' | 'file' | 'default';
  readonly issue?: string;
}

/** The text of a setting, and how messages name its place; or what is wrong with that. */
type Given =
  | { readonly text: string; readonly place: string; readonly source: Reading['source'] }
  | { readonly issue: string };

/** An empty value counts as not set. */
function readSetting(setting: Setting<unknown>, env: Environment): Reading {
  const byDefault = { value: setting.defaultIn?.(env) ?? setting.default, source: 'default' } as const;
  const given = givenText(setting, env);
  if (given === undefined) return byDefault;
  if ('issue' in given) return { ...byDefault, issue: given.issue };
  const result = checkText(setting, given.text);
  if ('problem' in result) return { ...byDefault, issue: `${given.place} ${result.problem}` };
  return { value: result.value, source: given.source };
}

/** Secrets may be in a file that another variable names. */
function givenText({ env: name, secret }: Setting<unknown>, env: Environment): Given | undefined {
  if (name === undefined) return undefined;
  const text = env[name] ?? '';
  const fileName = fileVariable(name);
  const path = secret ? (env[fileName] ?? '') : '';
  if (path === '') return text === '' ? undefined : { text, place: name, source: 'environment' };
  if (text !== '') return { issue: `${name} and ${fileName} are both set; give one of them` };
  const file = readSecretFile(path);
  const place = `${fileName} is ${JSON.stringify(path)}, which`;
  if ('problem' in file) return { issue: `${place} ${file.problem}` };
  return { text: file.text, place: `the value in the file of ${fileName} (${path})`, source: 'file' };
}

/**
 * Reads all settings of a table.
 * @param issues - problems are added to it; the settings concerned have their defaults
 */
export function readEnvironment<T extends SettingsTable>(table: T, env: Environment, issues: string[]): Values<T> {
  const before = issues.length;
  const entries = Object.entries(table.settings).map(([name, entry]) => {
    if (isTable(entry)) return [name, readEnvironment(entry, env, issues)];
    const { value, issue } = readSetting(entry, env);
    if (issue !== undefined) issues.push(issue);
    return [name, value];
  });
  const values = Object.fromEntries(entries) as Values<T>;
  if (issues.length === before) issues.push(...(table.rule?.(values, (name) => variableOf(table, name)) ?? []));
  return values;
}

function variableOf({ settings }: SettingsTable, name: string): string {
  const entry = settings[name];
  return (entry && !isTable(entry) ? entry.env : undefined) ?? name;
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
