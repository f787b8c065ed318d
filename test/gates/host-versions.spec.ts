/** The sources use nothing that only one major of Nest or TypeORM has, and every entry has its CommonJS twin. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** What to write instead, by what is not to be there. */
const NOT_IN_BOTH: readonly [wrong: RegExp, instead: string][] = [
  [/\b(manager|queryRunner|runner|query)\.(dataSource|connection)\b/, 'dataSourceOf of core'],
  [/^(?:import|export) (?!type )[^;]*from '@nestjs\/swagger'/m, 'src/internals/swagger.ts, for hosts without Swagger'],
  [/^(?:import|export) (?!type )[^;]*from 'jose'/m, 'loadJose of src/assertions/jose.ts'],
  [/from '(@nestjs\/\w+|typeorm)\/(?!package)/, 'what the package exports at its top'],
];

function sources(): [file: string, text: string][] {
  return readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => [name, readFileSync(path.join(ROOT, 'src', name), 'utf8')]);
}

function faultsIn(files: readonly (readonly [file: string, text: string])[]): string[] {
  return files.flatMap(([file, text]) =>
    NOT_IN_BOTH.flatMap(([wrong, instead]) => {
      const found = wrong.exec(text);
      return found ? [`${file}: instead of "${found[0].slice(0, 60)}", use ${instead}`] : [];
    }),
  );
}

interface Entry {
  readonly 'module-sync': { readonly types: string; readonly default: string };
  readonly import: { readonly types: string; readonly default: string };
  readonly require: { readonly types: string; readonly default: string };
}

describe('the versions of hosts', () => {
  it('are all served by every source file', () => {
    expect(sources().length).toBeGreaterThan(400);
    expect(faultsIn(sources())).toEqual([]);
  });

  it.each([
    'const { driver } = manager.dataSource;',
    'engineOf(queryRunner.connection)',
    `import { ApiProperty, type OpenAPIObject } from '@nestjs/swagger';`,
    `import { SignJWT } from 'jose';`,
    `import { x } from '@nestjs/common/internal';`,
  ])('are not served by: %s', (text) => {
    expect(faultsIn([['x.ts', text]])).toHaveLength(1);
  });

  it('get each entry of the package as ES modules from Node, in both ways, and with types in CommonJS', () => {
    const { exports, typesVersions } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      exports: Record<string, Entry | string>;
      typesVersions: Record<string, Record<string, string[]>>;
    };
    const entries = Object.entries(exports).filter(([name]) => name !== './package.json') as [string, Entry][];
    for (const [name, entry] of entries) {
      const { default: file, types } = entry.import;
      const twin = (text: string): string => text.replace('./dist/', './dist/cjs/');
      expect([name, Object.keys(entry)]).toEqual([name, ['module-sync', 'import', 'require']]);
      expect(entry['module-sync']).toEqual(entry.import);
      expect(entry.require).toEqual({ types: twin(types), default: twin(file) });
      if (name !== '.') expect(typesVersions['*']?.[name.slice(2)]).toEqual([twin(types)]);
    }
    expect(Object.keys(typesVersions['*'] ?? {})).toHaveLength(entries.length - 1);
  });
});
