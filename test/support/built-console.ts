/** Builds the console for suites that look at it, where it is missing or older than its sources. */
import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { oncePerRun } from './once-per-run.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SOURCES = path.join(ROOT, 'console/src');

const modified = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** To be called before the server is started, which looks for the files then. */
export async function builtConsole(): Promise<void> {
  await oncePerRun('console', async () => {
    const newest = Math.max(
      ...readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).map((name) => modified(path.join(SOURCES, name))),
    );
    if (modified(path.join(ROOT, 'dist/console/app/index.html')) < newest) {
      await promisify(execFile)('npm', ['run', '--silent', 'build:console'], { cwd: ROOT });
    }
    return 'built';
  });
}
