/** The command-line options of `latchkey`. Settings are environment variables. */
import { parseArgs } from 'node:util';
import type { SettingsTable } from '../settings/index.js';
import { settingsHelp } from './settings-help.js';

const HELP = `Latchkey: a self-hosted token authority.

Usage: latchkey            start the server
       latchkey --help     show this
       latchkey --version  show the version

The first start on an empty database prints an administrator's credentials. They are not shown again.

Settings are environment variables, all optional. An empty value counts as not set.
`;

/** An unknown argument; the message names it. */
export class UsageError extends Error {}

/**
 * The text to print instead of starting the server, or `undefined` to start it.
 * @param tables - the server's settings
 * @throws UsageError
 */
export function commandLineOutput(
  words: readonly string[],
  version: string,
  tables: readonly SettingsTable[],
): string | undefined {
  const { values } = parsed(words);
  if (values.help) return `${HELP}\n${settingsHelp(tables)}`;
  return values.version ? `${version}\n` : undefined;
}

function parsed(words: readonly string[]): { values: { help?: boolean; version?: boolean } } {
  try {
    return parseArgs({ args: [...words], options: { help: { type: 'boolean' }, version: { type: 'boolean' } } });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; see latchkey --help`);
  }
}
