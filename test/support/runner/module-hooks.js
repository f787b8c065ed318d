/** How Node finds and reads the modules of a suite: TypeScript is compiled, and what belongs to a suite is its own. */
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';

const ROOT = new URL('../../../', import.meta.url).href;
const TESTS = `${ROOT}test/`;
/** Support that keeps what it has worked out for all suites of a worker: the checks of answers are dear to compile. */
const SHARED = [`${TESTS}support/documented.ts`, `${TESTS}support/response-schema.ts`];
const JEST_GLOBALS = new URL('jest-globals.js', import.meta.url).href;

const SWC_OPTIONS = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
  module: { type: 'es6' },
  sourceMaps: true,
  swcrc: false,
};

/** Compiled modules by path, with the time of the file they were compiled from. */
const compiled = new Map();

let port;

export function initialize(data) {
  port = data.port;
}

export function resolve(specifier, context, next) {
  const { parentURL = '' } = context;
  if (!isOurs(parentURL)) return next(specifier, context);
  const suite = new URL(parentURL).search;
  if (specifier === '@jest/globals') return found(JEST_GLOBALS + suite);
  if (!specifier.startsWith('.')) return next(specifier, context);
  const url = withoutQuery(new URL(specifier, parentURL).href);
  const source = existsSync(fileURLToPath(url)) ? url : url.replace(/\.js$/, '.ts');
  const isOfSuite = source.startsWith(TESTS) && !SHARED.includes(source);
  return found(isOfSuite || suite.endsWith('&alone') ? source + suite : source);
}

export async function load(url, context, next) {
  const address = withoutQuery(url);
  if (!isOurs(address) || !address.endsWith('.ts')) return next(url, context);
  const { code, map } = await compile(fileURLToPath(address));
  port.postMessage({ url, map });
  return { format: 'module', source: code, shortCircuit: true };
}

function found(url) {
  return { url, format: 'module', shortCircuit: true };
}

function isOurs(url) {
  return url.startsWith(ROOT) && !url.includes('/node_modules/');
}

function withoutQuery(url) {
  return url.split('?', 1)[0];
}

async function compile(path) {
  const { mtimeMs } = statSync(path);
  const before = compiled.get(path);
  if (before?.mtimeMs === mtimeMs) return before;
  const { code, map } = await transformFile(path, SWC_OPTIONS);
  const result = { mtimeMs, code, map: `data:application/json;base64,${Buffer.from(map).toString('base64')}` };
  compiled.set(path, result);
  return result;
}
