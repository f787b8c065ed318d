/** The settings that a command line gives, which count before those of the environment. */
import type { Environment } from '../settings/index.js';
import type { CommandOptions } from './invocation.js';

/** The command line is not valid; the message says what to give instead. */
export class UsageError extends Error {}

/** Options that stand for a setting. */
const VARIABLES = { port: 'PORT', host: 'HOST', database: 'DATABASE_URL' } as const;

/** The variables that the options stand for. @throws UsageError for a password, which others could read */
export function givenSettings(options: CommandOptions): Record<string, string> {
  if (options.database !== undefined && hasPassword(options.database)) {
    throw new UsageError(
      'error: --database holds a password, which everybody on this machine could read in the list of processes: ' +
        'set the variable DATABASE_URL or DATABASE_URL_FILE instead',
    );
  }
  const names = Object.keys(VARIABLES) as (keyof typeof VARIABLES)[];
  return Object.fromEntries(
    names.flatMap((name) => (options[name] === undefined ? [] : [[VARIABLES[name], options[name]]])),
  );
}

/** The variable that names a file instead, for an option whose setting may be secret. */
const FILE = 'DATABASE_URL_FILE';

/** The environment with the settings that the command line gives. @throws UsageError */
export function withGivenSettings(env: Environment, options: CommandOptions): Environment {
  const given = givenSettings(options);
  return { ...env, ...('DATABASE_URL' in given && { [FILE]: undefined }), ...given };
}

function hasPassword(address: string): boolean {
  // Several hosts are no part of a URL.
  if (!URL.canParse(address)) return /^postgres(ql)?:\/\/[^/@]*:[^/]*@|[?&][^=&]*password=/i.test(address);
  const { password, searchParams } = new URL(address);
  return password !== '' || [...searchParams.keys()].some((name) => /password/i.test(name));
}
