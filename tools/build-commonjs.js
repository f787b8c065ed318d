/**
 * Makes `dist/cjs` from the sources: the package as CommonJS, for test runners and bundlers that load no ES modules.
 * Node itself never loads it (docs/decisions/0075). Run it after `npm run build`, from whose declarations it copies.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { transformSync } from '@swc/core';

const ROOT = path.resolve(import.meta.dirname, '..');
const TARGET = path.join(ROOT, 'dist/cjs');

/** Of `tools/prepare-schema.js`. */
const SCHEMA = 'dist/prepared-schema.json';

/** As in tsconfig.json. `import.meta` becomes what CommonJS has for it, and `import()` a `require` in a promise. */
const OPTIONS = {
  swcrc: false,
  configFile: false,
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
  module: { type: 'commonjs', importInterop: 'node' },
};

const files = (folder, ending) =>
  readdirSync(path.join(ROOT, folder), { recursive: true }).filter((name) => name.endsWith(ending));

function write(name, text) {
  const file = path.join(TARGET, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function compile(name) {
  const filename = path.join(ROOT, 'src', name);
  const { code } = transformSync(readFileSync(filename, 'utf8'), { ...OPTIONS, filename });
  if (code.includes('import.meta')) throw new Error(`${name}: import.meta is left in what should be CommonJS`);
  // The folder is one deeper than that of the ES modules.
  write(name.replace(/\.ts$/, '.js'), code.replace(/(['"])\.\.\/package\.json\1/, `'../../package.json'`));
}

rmSync(TARGET, { recursive: true, force: true });
const declarations = files('dist', '.d.ts');
if (declarations.length === 0) throw new Error('dist has no declarations: run "npm run build" first');
for (const name of files('src', '.ts')) if (!name.endsWith('.spec.ts') && name !== 'main.ts') compile(name);
for (const name of declarations) {
  mkdirSync(path.dirname(path.join(TARGET, name)), { recursive: true });
  copyFileSync(path.join(ROOT, 'dist', name), path.join(TARGET, name));
}
if (existsSync(path.join(ROOT, SCHEMA))) write(path.basename(SCHEMA), readFileSync(path.join(ROOT, SCHEMA), 'utf8'));
write('package.json', `${JSON.stringify({ type: 'commonjs' })}\n`);
