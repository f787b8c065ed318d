import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = path.resolve(import.meta.dirname, '../..');
const NOT_OURS = new Set(['node_modules', 'dist', 'data', '.git', 'coverage', 'test-results']);

/** Every file that belongs to the repository. */
function ownFiles(folder = ''): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) return ownFiles(name);
    return entry.isFile() ? [name] : [];
  });
}

const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');

describe('where packages come from', () => {
  it('is fixed by one lock file, for all workspaces', () => {
    expect(ownFiles().filter((name) => path.basename(name) === 'package-lock.json')).toEqual(['package-lock.json']);
  });

  it('is not written into the lock file: it has integrities and no addresses', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
    };
    const entries = Object.entries(packages).filter(([name]) => name.startsWith('node_modules/'));
    expect(entries.length).toBeGreaterThan(100);
    const links = entries.filter(([, entry]) => entry.link === true);
    // The workspaces, and the root, on which the example depends.
    expect(links.map(([, entry]) => entry.resolved).sort()).toEqual(['', 'bench', 'console', 'examples/monolith']);
    const packed = entries.filter(([, entry]) => entry.link !== true);
    expect(packed.filter(([, entry]) => 'resolved' in entry).map(([name]) => name)).toEqual([]);
    expect(packed.filter(([, entry]) => !entry.integrity).map(([name]) => name)).toEqual([]);
  });

  it('is named by no file of the repository', () => {
    const files = ownFiles();
    expect(files).toContain('package-lock.json');
    const named = files.filter((name) => /\bregistry\.[a-z0-9-]+\.[a-z]|^\s*(@\S+:)?registry\s*=/im.test(read(name)));
    expect(named).toEqual([]);
  });
});

it('packages that only report an installation do not, whether or not npm knows allowScripts', () => {
  const { allowScripts, scarfSettings } = JSON.parse(read('package.json')) as {
    allowScripts: Record<string, boolean>;
    scarfSettings?: { enabled: boolean };
  };
  expect([allowScripts['@scarf/scarf'], scarfSettings?.enabled]).toEqual([false, false]);
});
