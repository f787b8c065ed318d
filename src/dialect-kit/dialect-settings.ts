/** The settings of a list of dialects. */
import { settingsTable, withGroup, type SettingsTable } from '../settings/index.js';
import type { Dialect } from './dialect.js';

/** The settings of each dialect by its name, for `loadConfig`. Those of its credentials form a group. */
export function dialectSettings(dialects: readonly Dialect[]): Readonly<Record<string, SettingsTable>> {
  return Object.fromEntries(dialects.map((dialect) => [dialect.name, settingsOf(dialect)]));
}

function settingsOf({ title, settings = settingsTable(title, {}), credentials }: Dialect): SettingsTable {
  return credentials?.settings ? withGroup(settings, 'credentials', credentials.settings) : settings;
}
