/** The package as a host gets it: the tarball of `npm pack`, unpacked next to its dependencies in an empty folder. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The files from which a package is built. */
const SOURCES = [
  'src',
  'console',
  'package.json',
  'nest-cli.json',
  'tools/build-commonjs.js',
  'tools/prepare-schema.js',
  'tsconfig.json',
  'tsconfig.build.json',
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs',
  'examples',
  'bench/README.md',
  'bench/results',
];

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
  readonly bin: Record<string, string>;
}

interface ExampleManifest {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

export interface InstalledPackage {
  readonly folder: string;
  /** Every file of the package, from its root. */
  readonly files: readonly string[];
  readonly manifest: Manifest;
  /** Copies the example into the folder, compiles it there as a separate project, and returns its program. */
  buildExample(): string;
  remove(): void;
}

/**
 * Packs as `npm pack` does, build included, and installs. It packs a copy, for other suites run what is in `dist/` here;
 * in the copy's `dist/` is a file whose source is gone. What the package needs is linked from here, each by the name under which the package asks for it:
 * something that it uses and does not name is not found. With `INSTALL_FROM_REGISTRY=1` npm installs everything.
 */
export function installPackage(): InstalledPackage {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-package-'));
  const npm = (...words: string[]): string => execFileSync('npm', words, { cwd: folder, encoding: 'utf8' });
  npm('pack', copySources(path.join(folder, 'repository')), '--silent', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no tarball');
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'host', private: true, type: 'module' }));
  const home = path.join(folder, 'node_modules/latchkey');
  if (process.env.INSTALL_FROM_REGISTRY === '1') npm('install', `./${tarball}`, '--silent', '--no-audit', '--no-fund');
  else unpack(path.join(folder, tarball), folder, home);
  const manifest = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as Manifest;
  const files = readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(home, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith('node_modules'));
  return {
    folder,
    files,
    manifest,
    buildExample: () => buildExample(folder),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function buildExample(folder: string): string {
  const shop = path.join(folder, 'shop');
  for (const name of ['src', 'package.json', 'tsconfig.json']) {
    cpSync(path.join(ROOT, 'examples/monolith', name), path.join(shop, name), { recursive: true });
  }
  if (process.env.INSTALL_FROM_REGISTRY === '1') {
    const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    execFileSync('npm', ['install', `../${tarball}`, '--silent', '--no-audit', '--no-fund'], { cwd: shop });
  } else {
    const manifest = JSON.parse(readFileSync(path.join(shop, 'package.json'), 'utf8')) as ExampleManifest;
    const { latchkey: _installed, ...others } = { ...manifest.dependencies, ...manifest.devDependencies };
    linkPackages(Object.keys(others), path.join(shop, 'node_modules'));
  }
  execFileSync(process.execPath, [path.join(ROOT, 'node_modules/typescript/bin/tsc')], { cwd: shop, stdio: 'pipe' });
  return path.join(shop, 'dist/main.js');
}

function linkPackages(names: readonly string[], modules: string): void {
  for (const name of names) {
    const link = path.join(modules, name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules', name), link, 'dir');
  }
}

function copySources(copy: string): string {
  for (const name of SOURCES) cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'), 'dir');
  mkdirSync(path.join(copy, 'dist'));
  writeFileSync(path.join(copy, 'dist/removed.js'), '');
  return copy;
}

function unpack(tarball: string, folder: string, home: string): void {
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['xzf', tarball, '-C', home, '--strip-components', '1']);
  const manifest = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as Manifest;
  const names = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  linkPackages(names, path.join(folder, 'node_modules'));
  const bin = path.join(folder, 'node_modules/.bin');
  mkdirSync(bin);
  for (const [name, file] of Object.entries(manifest.bin)) symlinkSync(path.join(home, file), path.join(bin, name));
}
