/** Finds programs of the system that some suites need, and skips the suites without them. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { describe, it } from '@jest/globals';

/** Where Debian keeps servers; only root's PATH has it. */
const FOR_SERVERS = '/usr/sbin';

/** Where a program is; `undefined` when it is not installed. */
export function findBinary(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), FOR_SERVERS];
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

/**
 * A suite that needs a program. Where it is not installed, the suite is skipped and says so; where CI is set, that is
 * a failure.
 * @param debianPackage - the package that has it, if it has another name
 */
export function withBinary(name: string, suite: (file: string) => void, debianPackage = name): void {
  const file = findBinary(name);
  if (file !== undefined) {
    suite(file);
    return;
  }
  const missing = `${name} is not installed: apt-get install ${debianPackage}`;
  describe(name, () => {
    if (process.env.CI) {
      it('is installed', () => {
        throw new Error(missing);
      });
    } else {
      process.stderr.write(`Skipped: ${missing}\n`);
      it.skip(`(skipped: ${missing})`, () => undefined);
    }
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
