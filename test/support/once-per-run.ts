/** Creates what all suites of a run share: the first suite that needs it creates it, the others wait. */
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than anything takes to create on a busy machine. */
const MAX_WAIT_MS = 25_000;
const POLL_MS = 25;

/** The folder of this run, which is removed at its end. */
export function runFolder(): string {
  const { TEST_FOLDER: folder } = process.env;
  if (!folder) throw new Error('TEST_FOLDER is not set: only suites below test/ share a folder');
  return folder;
}

/**
 * Returns what `make` returned in the first suite of this run that asked for it.
 * @param name - of the file that keeps it
 * @throws Error what `make` throws; the next suite tries again
 */
export async function oncePerRun(name: string, make: () => Promise<string>): Promise<string> {
  const file = path.join(runFolder(), name);
  const lock = `${file}.lock`;
  const deadline = performance.now() + MAX_WAIT_MS;
  while (performance.now() < deadline) {
    const made = await unlessCode('ENOENT', readFile(file, 'utf8'));
    if (made !== undefined) return made;
    const handle = await unlessCode('EEXIST', open(lock, 'wx'));
    if (!handle) {
      await sleep(POLL_MS);
      continue;
    }
    await handle.close();
    try {
      const content = await make();
      await writeFile(`${file}.new`, content);
      await rename(`${file}.new`, file);
      return content;
    } finally {
      await rm(lock);
    }
  }
  throw new Error(`another suite has been making ${name} for too long`);
}

/** The result, or `undefined` if it fails with this system error. */
async function unlessCode<T>(code: string, attempt: Promise<T>): Promise<T | undefined> {
  try {
    return await attempt;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return undefined;
    throw error;
  }
}
