/** Programs that tests use where the system has them. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Where the first of these programs is that can be run; `undefined` if there is none. */
export function binary(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
