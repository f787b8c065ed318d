/** Checks the options that a host application gives in code. */
import { checkValue, shown } from './check.js';
import { isTable, type Setting, type SettingsTable, type Values } from './setting.js';

/** Options of a host are not valid; the message names each of them and says what to give instead. */
export class OptionsError extends Error {}

/**
 * The options with their defaults filled in. `undefined` counts as not given.
 * @param owner - name of the module, for the message
 * @throws OptionsError that lists all problems
 */
export function checkOptions<T extends SettingsTable>(owner: string, table: T, options: unknown): Values<T> {
  if (typeof options !== 'object' || options === null) {
    throw new OptionsError(`${owner} was given ${shown(options)} as its options: pass an object (it may be empty)`);
  }
  const issues: string[] = [];
  const values = readTable(table, options, '', issues);
  if (issues.length > 0) throw new OptionsError(`${owner} has options that are not valid: ${issues.join('. ')}`);
  return values as Values<T>;
}

function readTable({ settings, rule }: SettingsTable, options: object, path: string, issues: string[]): object {
  const before = issues.length;
  const given = new Map<string, unknown>(Object.entries(options).filter(([, value]) => value !== undefined));
  const names = Object.keys(settings);
  for (const name of given.keys()) {
    if (!names.includes(name)) issues.push(`${path}${name} is unknown; the options are ${names.join(', ')}`);
  }
  const values: Readonly<Record<string, unknown>> = Object.fromEntries(
    Object.entries(settings).map(([name, entry]) => {
      const place = [given.get(name), path + name, issues] as const;
      return [name, isTable(entry) ? readGroup(entry, ...place) : readSetting(entry, ...place)];
    }),
  );
  if (issues.length === before) issues.push(...(rule?.(values, (name) => path + name) ?? []));
  return values;
}

function readGroup(group: SettingsTable, value: unknown, path: string, issues: string[]): unknown {
  if (typeof value === 'object' && value !== null) return readTable(group, value, `${path}.`, issues);
  if (value !== undefined) issues.push(`${path} is ${shown(value)}; give an object`);
  return readTable(group, {}, '', []);
}

function readSetting(setting: Setting<unknown>, value: unknown, path: string, issues: string[]): unknown {
  if (value === undefined) return setting.default;
  const result = checkValue(setting, value);
  if ('value' in result) return result.value;
  issues.push(`${path} ${result.problem}`);
  return undefined;
}
