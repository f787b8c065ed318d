/** Reads secrets from files, so that they need not be in the environment of the process. */
import { readFileSync, statSync } from 'node:fs';

/** Ending of the variable that names a file with the value of a secret setting. */
const FILE = '_FILE';

/** Nothing that a setting takes is longer. */
const MAX_BYTES = 65_536;

/** What may be in such a file, or the problem with the file and what to do. */
export type SecretText = { readonly text: string } | { readonly problem: string };

/** The variable that may name a file instead of giving the value: `ADMIN_TOKEN_FILE` for `ADMIN_TOKEN`. */
export function fileVariable(env: string): string {
  return `${env}${FILE}`;
}

/** The content of a file, UTF-8, without one line break at its end. Named pipes are read as well. */
export function readSecretFile(path: string): SecretText {
  try {
    const found = statSync(path);
    if (found.isDirectory()) return { problem: 'is a directory; name the file in it that holds the value' };
    if (found.size > MAX_BYTES) return { problem: `has more than ${String(MAX_BYTES)} bytes; name the right file` };
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    return text === '' ? { problem: 'is empty; write the value into it' } : { text };
  } catch (error) {
    return { problem: problemOf(error as NodeJS.ErrnoException) };
  }
}

function problemOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist; create it, or correct the path';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read by the user that runs the server; change its owner or mode';
    default:
      return `cannot be read (${code ?? message}); name a file that can`;
  }
}
