/** Makes a host with the command line of Nest, installs the packed package into it, and builds it. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { HostKind } from './hosts.js';
import { copyMounts, mountPackages } from './mount-trial.js';
import { programOf } from './programs.js';

const run = promisify(execFile);

const ROOT = path.resolve(import.meta.dirname, '../..');
const MODULES = path.join(ROOT, 'node_modules');
const CACHE = path.join(MODULES, '.cache/host-matrix');
const INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
const INSTALL_TIMEOUT_MS = 300_000;
const BUILD_TIMEOUT_MS = 120_000;

/** The compiled driver, which `--ignore-scripts` leaves out, is that of this repository. */
const DRIVER = 'better-sqlite3';
const { version: DRIVER_VERSION } = JSON.parse(readFileSync(path.join(MODULES, DRIVER, 'package.json'), 'utf8')) as {
  version: string;
};

/** What the command line of Nest 12 makes applications with; that of Nest 11 is installed here. */
async function schematics(nest: 11 | 12): Promise<string> {
  const folder = path.join(CACHE, `schematics-${String(nest)}`);
  if (!existsSync(path.join(folder, 'node_modules'))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
    const packages = [`@nestjs/schematics@${String(nest)}`, '@angular-devkit/schematics-cli'];
    await run('npm', [...INSTALL, ...packages], { cwd: folder, timeout: INSTALL_TIMEOUT_MS });
  }
  return path.join(folder, 'node_modules');
}

/** @returns the folder of the application */
async function generate({ name, nest, modules }: HostKind, parent: string): Promise<string> {
  const installed = await schematics(nest);
  const program = path.join(installed, '@angular-devkit/schematics-cli/bin/schematics.js');
  const collection = path.join(installed, '@nestjs/schematics/dist/collection.json');
  const words = [
    `${collection}:application`,
    `--name=${name}`,
    '--no-dry-run',
    ...(nest === 12 ? [`--type=${modules}`] : []),
  ];
  await run(process.execPath, [program, ...words], { cwd: parent, timeout: BUILD_TIMEOUT_MS });
  return path.join(parent, name);
}

/** @param tarball - of the package */
export async function makeHost(kind: HostKind, parent: string, tarball: string): Promise<string> {
  const folder = await generate(kind, parent);
  const ours = kind.mounts ? mountPackages(kind.nest) : [];
  const packages = [tarball, ...kind.packages, ...ours, `${DRIVER}@${DRIVER_VERSION}`, 'pg@8'];
  await run('npm', [...INSTALL, ...packages], { cwd: folder, timeout: INSTALL_TIMEOUT_MS });
  cpSync(path.join(MODULES, DRIVER, 'build'), path.join(folder, 'node_modules', DRIVER, 'build'), { recursive: true });
  for (const chapter of kind.chapters)
    for (const [name, code] of programOf(chapter)) writeFileSync(path.join(folder, name), code);
  if (kind.mounts) copyMounts(folder);
  await run('npm', ['run', 'build'], { cwd: folder, timeout: BUILD_TIMEOUT_MS });
  if (kind.hasTests) await run('npm', ['test'], { cwd: folder, timeout: BUILD_TIMEOUT_MS });
  return folder;
}

/** Builds the host once more, as one file, with the packages left outside as Nest leaves them; empties its database. */
export async function bundle(folder: string): Promise<void> {
  for (const name of readdirSync(folder).filter((file) => file.includes('.sqlite'))) rmSync(path.join(folder, name));
  rmSync(path.join(folder, 'dist'), { recursive: true });
  await run('npx', ['nest', 'build', '--webpack'], { cwd: folder, timeout: BUILD_TIMEOUT_MS });
}
