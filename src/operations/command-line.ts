/** What can be said to the command beside its settings, which are environment variables. */
import { parseArgs } from 'node:util';

const HELP = `Latchkey: a self-hosted token authority.

Usage: latchkey            start the server
       latchkey --help     show this
       latchkey --version  show the version

Settings are environment variables, all optional, for example:

  HOST, PORT         where to listen (127.0.0.1, 3000)
  DATABASE_URL       sqlite:PATH (./data/latchkey.sqlite) or postgres://USER:PASSWORD@HOST:PORT/DATABASE
  LOG_LEVEL          trace, debug, info, warn, error, fatal or silent

The first start on an empty database prints an administrator's credentials, once. The README has all settings.
`;

/** A word that is not known; the message names it. */
export class UsageError extends Error {}

/**
 * What to print instead of starting; `undefined` to start.
 * @throws UsageError
 */
export function commandLineOutput(words: readonly string[], version: string): string | undefined {
  const { values } = parsed(words);
  if (values.help) return HELP;
  return values.version ? `${version}\n` : undefined;
}

function parsed(words: readonly string[]): { values: { help?: boolean; version?: boolean } } {
  try {
    return parseArgs({ args: [...words], options: { help: { type: 'boolean' }, version: { type: 'boolean' } } });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; see latchkey --help`);
  }
}
