/** A run whose tests fail ends by itself, worker processes included, and leaves nothing running. */
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { Program } from '../support/program.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** How long a worker may take to exit before Jest forces it and reports that; a busy machine needs some of it. */
const GRACE_MS = 15_000;

/** For the run itself. */
const MAX_RUN_MS = 120_000;

const ARGUMENTS = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '--selectProjects=http',
  '--testMatch=<rootDir>/test/gates/exit/*.fixture.ts',
  '--maxWorkers=2',
  `--workerGracefulExitTimeout=${String(GRACE_MS)}`,
];

it(
  'a run whose tests fail with servers, streams and programs open ends by itself, and leaves nothing running',
  async () => {
    const env = { TEST_DATABASE_URL: process.env.TEST_DATABASE_URL ?? '' };
    const run = new Program(process.execPath, { args: ARGUMENTS, cwd: ROOT, env, withDescendants: true });
    await run.until(() => run.stderr.includes('Ran all test suites'), MAX_RUN_MS);
    const begun = performance.now();
    const { code } = await run.exited;
    expect(performance.now() - begun).toBeLessThan(GRACE_MS);
    expect(code).toBe(1);
    expect(run.stderr).toContain('Tests:       4 failed, 4 total');
    expect(run.stderr).not.toMatch(/failed to exit gracefully|did not exit/);
    expect(run.hasDescendants).toBe(false);
  },
  MAX_RUN_MS + 2 * GRACE_MS,
);
