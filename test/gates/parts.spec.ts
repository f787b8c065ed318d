/** `npm test` and `npm run test:mounts` together run every suite on every engine that it is for. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

interface Part {
  readonly isMeant: (suite: string) => boolean;
  readonly engineOf?: (suite: string) => string | undefined;
  readonly mount?: string;
}

const ROOT = path.resolve(import.meta.dirname, '../..');

// Plain JavaScript, as the configuration of Jest needs it.
const file = '../support/parts.js';
const { PARTS } = (await import(file)) as { PARTS: Readonly<Record<'default' | 'mounts', readonly Part[]>> };

const suites = ['src', 'test']
  .flatMap((top) => readdirSync(path.join(ROOT, top), { recursive: true }).map((name) => `${top}/${String(name)}`))
  .filter((name) => name.endsWith('.spec.ts') && !name.endsWith('.long.spec.ts'));

/** Of the parts that have a suite: the engine that each is for, or "both". */
const enginesOf = (run: 'default' | 'mounts', suite: string): string[] =>
  PARTS[run]
    .filter(({ isMeant, mount }) => isMeant(suite) && mount === undefined)
    .map(({ engineOf }) => engineOf?.(suite) ?? 'both');

describe('the suites', () => {
  it('are each run once by npm test', () => {
    expect(suites.length).toBeGreaterThan(300);
    expect(suites.filter((suite) => enginesOf('default', suite).length !== 1)).toEqual([]);
  });

  it('are run on the other engine by test:mounts if npm test runs them on one', () => {
    const ofOne = suites.filter((suite) => enginesOf('default', suite)[0] !== 'both');
    for (const engine of ['sqlite', 'postgres'])
      expect(ofOne.filter((suite) => enginesOf('default', suite)[0] === engine).length).toBeGreaterThan(20);
    const engines = ofOne.map((suite) => [...enginesOf('default', suite), ...enginesOf('mounts', suite)].sort());
    expect(engines).toEqual(ofOne.map(() => ['postgres', 'sqlite']));
  });

  it('of the core, the databases and several instances are run on both at once', () => {
    const ofOne = suites.filter((suite) => enginesOf('default', suite)[0] !== 'both');
    expect(ofOne.filter((suite) => /^(src|test\/(core|persistence|instances|gates))\//.test(suite))).toEqual([]);
  });
});
