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
  it('is not written into the lock file: it holds integrities and no addresses', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
    };
    const entries = Object.entries(packages).filter(([name]) => name !== '');
    expect(entries.length).toBeGreaterThan(100);
    expect(entries.filter(([, entry]) => 'resolved' in entry).map(([name]) => name)).toEqual([]);
    expect(entries.filter(([, entry]) => !entry.integrity && !entry.link).map(([name]) => name)).toEqual([]);
  });

  it('is named by no file of the repository', () => {
    const files = ownFiles();
    expect(files).toContain('package-lock.json');
    const named = files.filter((name) => /\bregistry\.[a-z0-9-]+\.[a-z]|^\s*(@\S+:)?registry\s*=/im.test(read(name)));
    expect(named).toEqual([]);
  });
});
