/** Starts what takes longest first, so that no worker is left with it when the others are done. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** Short, and the longest of all. */
const FIRST = /\/authorisation-\w+(\.long)?\.spec\.ts$/;

const IMPORT = /^ {2}await import\('(.+)\.js'\);$/gm;

export default class extends Sequencer {
  /** Without what the last run took, which a fresh clone does not know. */
  sort(tests) {
    const sizes = new Map(tests.map((test) => [test, sizeOf(test.path)]));
    return [...tests].sort((one, other) => sizes.get(other) - sizes.get(one));
  }
}

/**
 * In bytes; of a group, that of its suites.
 * @param {string} file
 */
function sizeOf(file) {
  if (FIRST.test(file)) return Number.MAX_SAFE_INTEGER;
  if (!file.endsWith('.js')) return statSync(file).size;
  const suites = [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, address]) => `${address}.ts`);
  return suites.reduce((sum, suite) => sum + statSync(path.resolve(path.dirname(file), suite)).size, 0);
}
