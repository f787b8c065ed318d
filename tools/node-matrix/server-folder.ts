/** Lays out the built server with the packages that it needs at run time, and no others. */
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, cp, link, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The package that is compiled for each version of Node. */
const DRIVER = 'node_modules/better-sqlite3';

interface LockedPackage {
  readonly version?: string;
  readonly optional?: boolean;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>;
}

/** By path, for example `node_modules/express`; the root is `''`. */
type LockedPackages = Readonly<Record<string, LockedPackage>>;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly allowScripts: Record<string, boolean>;
}

const readJson = (name: string): unknown => JSON.parse(readFileSync(path.join(ROOT, name), 'utf8'));

function lockedPackages(): LockedPackages {
  return (readJson('package-lock.json') as { packages: LockedPackages }).packages;
}

/** The path of a package as Node finds it from another one, or `undefined` where it is not installed. */
function locate(packages: LockedPackages, from: string, name: string): string | undefined {
  const parts = from === '' ? [] : from.split('/node_modules/');
  for (let depth = parts.length; depth >= 0; depth--) {
    const found = [...parts.slice(0, depth), `${depth === 0 ? 'node_modules/' : ''}${name}`].join('/node_modules/');
    if (found in packages) return found;
  }
  return undefined;
}

/** @param which - `all`: with the optional peers, for the server itself needs the drivers that a host may leave out */
function dependenciesOf(locked: LockedPackage, which: 'all' | 'required'): string[] {
  const { dependencies, optionalDependencies, peerDependencies = {}, peerDependenciesMeta = {} } = locked;
  const isNeeded = (name: string): boolean => which === 'all' || peerDependenciesMeta[name]?.optional !== true;
  const peers = Object.keys(peerDependencies).filter(isNeeded);
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers];
}

/** Everything that the root needs to run, by path. */
function productionPackages(packages: LockedPackages): string[] {
  const needed = new Set<string>(['']);
  for (const from of needed) {
    for (const name of dependenciesOf(packages[from] ?? {}, from === '' ? 'all' : 'required')) {
      const found = locate(packages, from, name);
      // The native parts of a package for other machines are in the lock file, and not installed.
      const isElsewhere =
        found !== undefined && packages[found]?.optional === true && !existsSync(path.join(ROOT, found));
      if (found !== undefined && !isElsewhere) needed.add(found);
    }
  }
  needed.delete('');
  return [...needed];
}

/** The version of the native driver that is installed. */
export function driverVersion(): string {
  return lockedPackages()[DRIVER]?.version ?? '';
}

/** Links every file, for copies of so many would keep the disk busy while the server is tried. */
async function linkFolder(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const [from, to] = [path.join(source, entry.name), path.join(target, entry.name)];
    if (entry.isDirectory()) await linkFolder(from, to);
    else if (entry.isFile()) await link(from, to).catch(() => copyFile(from, to));
  }
}

/** @param folder - where `dist`, `package.json` and `node_modules` are put */
export async function layOutServer(folder: string): Promise<void> {
  for (const name of productionPackages(lockedPackages())) {
    // Nested packages come with those that they are in.
    if (name.lastIndexOf('node_modules/') > 0 || name === DRIVER) continue;
    await linkFolder(path.join(ROOT, name), path.join(folder, name));
  }
  // This one is compiled here.
  const filter = (source: string): boolean => path.relative(path.join(ROOT, DRIVER), source) !== 'build';
  await cp(path.join(ROOT, DRIVER), path.join(folder, DRIVER), { recursive: true, filter });
  await linkFolder(path.join(ROOT, 'dist'), path.join(folder, 'dist'));
  const { name, version, type, allowScripts } = readJson('package.json') as Manifest;
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name, version, type, allowScripts }));
}
