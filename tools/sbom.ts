/**
 * Prints the bill of materials of what runs, in CycloneDX's form: the package and everything that it needs, at the versions
 * of the lock file. `npm sbom` alone would leave out Nest and TypeORM, which are peer dependencies, or add what only
 * builds and tests need.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');

interface Manifest {
  devDependencies?: unknown;
  workspaces?: unknown;
  peerDependenciesMeta?: unknown;
}

/** The bill of materials as JSON. */
export function sbom(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-sbom-'));
  try {
    const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Manifest;
    // The server runs with what is optional for hosts.
    const { devDependencies: _dev, workspaces: _workspaces, peerDependenciesMeta: _optional, ...running } = manifest;
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify(running));
    cpSync(path.join(ROOT, 'package-lock.json'), path.join(folder, 'package-lock.json'));
    // Takes out of the lock file what is not needed. All that is left is in it already: nothing is asked of a registry.
    npm(folder, 'install', '--package-lock-only', '--ignore-scripts', '--offline', '--no-audit', '--no-fund');
    return npm(folder, 'sbom', '--package-lock-only', '--sbom-format', 'cyclonedx');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function npm(cwd: string, ...words: string[]): string {
  return execFileSync('npm', ['--loglevel', 'error', ...words], { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

if (process.argv[1] === import.meta.filename) process.stdout.write(sbom());
