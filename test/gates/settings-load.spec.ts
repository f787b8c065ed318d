import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { dialectSettings } from '../../src/dialect-kit/index.js';
import { DIALECTS } from '../../src/dialects.js';
import { DIALECT_SETTINGS } from '../../src/dialects.settings.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** What is loaded before the file itself runs. */
function staticImportsOf(text: string): string[] {
  return ts.createSourceFile('file.js', text, ts.ScriptTarget.ES2022).statements.flatMap((statement) => {
    const isLink = ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement);
    const from = isLink ? statement.moduleSpecifier : undefined;
    return from && ts.isStringLiteral(from) ? [from.text] : [];
  });
}

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
    for (const fileName of staticImportsOf(outputText)) {
      if (fileName.startsWith('.')) visit(path.resolve(path.dirname(file), fileName.replace(/\.js$/, '.ts')));
      else if (!fileName.startsWith('node:')) packages.add(fileName);
    }
  };
  expect(existsSync(entry)).toBe(true);
  visit(entry);
  expect(seen.size).toBeGreaterThan(5);
  return packages;
}

describe('the settings', () => {
  it.each([
    ['src/config/index.ts', ['valibot', 'validator/lib/isEmail.js']],
    ['src/main.ts', ['commander']],
  ])('load no framework: %s starts nearly as fast as Node itself', (file, packages) => {
    expect([...packagesOf(path.join(ROOT, file))].sort()).toEqual(packages);
  });

  it('differ from a server, which loads one', () => {
    expect(packagesOf(path.join(ROOT, 'src/standalone/serve.ts'))).toContain('@nestjs/core');
  });

  it('of dialects are those that the dialects declare, in their order', () => {
    const declared = dialectSettings(DIALECTS);
    expect(Object.keys(DIALECT_SETTINGS)).toEqual(Object.keys(declared));
    expect(DIALECT_SETTINGS).toEqual(declared);
  });
});
