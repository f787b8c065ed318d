/** Checks the packed package as users of TypeScript and bundlers see it: `publint` and `attw`, in fixed versions. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const FOLDER = path.resolve(import.meta.dirname, '../../node_modules/.cache/host-matrix/package-checks');
const PACKAGES = ['@arethetypeswrong/cli@0.18.5', 'publint@0.3.25'];
const TIMEOUT_MS = 300_000;

/** @throws Error with what they print, if they find a fault */
export async function checkPackage(tarball: string): Promise<void> {
  const programs = path.join(FOLDER, 'node_modules/.bin');
  if (!existsSync(programs)) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path.join(FOLDER, 'package.json'), '{ "private": true }');
    const words = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', ...PACKAGES];
    await run('npm', words, { cwd: FOLDER, timeout: TIMEOUT_MS });
  }
  await run(path.join(programs, 'publint'), ['run', '--strict', tarball], { timeout: TIMEOUT_MS });
  await run(path.join(programs, 'attw'), [tarball], { timeout: TIMEOUT_MS });
}
