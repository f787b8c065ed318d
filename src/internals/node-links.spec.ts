/** Packages that are linked find their dependencies, although the log is a pipe. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';

it('loads a linked package after a pipe was looked at', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-links-'));
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  try {
    // As pnpm has them: a package next to what it depends on, and a link to it.
    write('store/node_modules/outer/index.js', `console.log(require('inner'))`);
    write('store/node_modules/inner/index.js', `module.exports = 'found'`);
    mkdirSync(path.join(folder, 'node_modules'));
    symlinkSync(path.join(folder, 'store/node_modules/outer'), path.join(folder, 'node_modules/outer'), 'dir');
    const source = readFileSync(path.resolve(import.meta.dirname, 'node-links.ts'), 'utf8');
    write('links.mjs', source.replace('(): void', '()'));
    write(
      'main.mjs',
      `import fs from 'node:fs'; import { followLinks } from './links.mjs';
      fs.fstatSync(1); followLinks(); await import('outer');`,
    );
    expect(execFileSync(process.execPath, ['main.mjs'], { cwd: folder, encoding: 'utf8' })).toBe('found\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
