/** Where the database is if nothing names one: a place that does not change with the folder in which a user stands. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const FILE = 'latchkey.sqlite';

/** In the current folder: of a checkout, or of somebody who has started here before. */
const HERE = './data';

/** Where the program runs. */
export interface Place {
  /** Whether npm has installed the program, in contrast to a checkout. */
  readonly isInstalled: boolean;
  readonly exists: (file: string) => boolean;
}

const THIS: Place = {
  isInstalled: import.meta.dirname.split(path.sep).includes('node_modules'),
  exists: existsSync,
};

/**
 * The file of the database if `DATABASE_URL` is not set. A database in `./data` is used from there even where the program
 * is installed: users who have started it in this folder before find what they had.
 */
export function defaultFile(env: Readonly<Record<string, string | undefined>>, place: Place = THIS): string {
  const { LATCHKEY_DATA: given = '' } = env;
  if (given !== '') return `${given}/${FILE}`;
  const here = `${HERE}/${FILE}`;
  if (!place.isInstalled || place.exists(here)) return here;
  return path.join(userData(env), 'latchkey', FILE);
}

/** As the XDG Base Directory Specification has it: a path that is not absolute is ignored. */
function userData({ XDG_DATA_HOME: given = '' }: Readonly<Record<string, string | undefined>>): string {
  return path.isAbsolute(given) ? given : path.join(homedir(), '.local/share');
}
