import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { dialectSettings } from '../../src/dialect-kit/index.js';
import { DIALECTS } from '../../src/dialects.js';
import { DIALECT_SETTINGS } from '../../src/dialects.settings.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Every package that a source file loads when it is imported, by itself and by what it imports. */
function packagesOf(entry: string): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    for (const { fileName } of ts.preProcessFile(outputText).importedFiles) {
      if (fileName.startsWith('.')) visit(path.resolve(path.dirname(file), fileName.replace(/\.js$/, '.ts')));
      else if (!fileName.startsWith('node:')) packages.add(fileName);
    }
  };
  expect(existsSync(entry)).toBe(true);
  visit(entry);
  expect(seen.size).toBeGreaterThan(10);
  return packages;
}

describe('the settings', () => {
  it('load no framework: commands that only read or list them start as fast as Node itself', () => {
    expect([...packagesOf(path.join(ROOT, 'src/config/index.ts'))].sort()).toEqual([
      'valibot',
      'validator/lib/isEmail.js',
    ]);
  });

  it('of dialects are those that the dialects declare, in their order', () => {
    const declared = dialectSettings(DIALECTS);
    expect(Object.keys(DIALECT_SETTINGS)).toEqual(Object.keys(declared));
    expect(DIALECT_SETTINGS).toEqual(declared);
  });
});
