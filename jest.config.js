import { writeGroups } from './test/support/groups.js';
import { PARTS } from './test/support/parts.js';

// One that no code expects, with no whole hours: what reads or writes a time as local is wrong by it.
process.env.TZ = 'Asia/Kathmandu';

/**
 * Three rings. `unit`: rules of one file, beside it; no server, no database. `http`: real HTTP and real databases, one
 * PostgreSQL server for the whole run. `long`: processes, proxies, browsers, and what takes long, for `npm run test:long`.
 * `grouped` is the first two rings, several suites at a time.
 */
const typescript = {
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        sourceMaps: true,
        swcrc: false,
      },
    ],
  },
  // What the decorators of the code under test need.
  setupFiles: ['reflect-metadata'],
  testEnvironment: '<rootDir>/test/support/environment.js',
  // Suites of a group share their modules, and so what they spy on.
  restoreMocks: true,
};

const withServers = {
  ...typescript,
  roots: ['<rootDir>/src', '<rootDir>/test'],
  globalSetup: '<rootDir>/test/support/set-up.js',
  globalTeardown: '<rootDir>/test/support/tear-down.js',
};

const GROUPS = 'test-results/groups';
const { TEST_RUN: run = 'default' } = process.env;
const grouped = writeGroups(GROUPS, PARTS[run]);

export default {
  projects: [
    { ...typescript, displayName: 'unit', roots: ['<rootDir>/src'], testMatch: ['<rootDir>/src/**/*.spec.ts'] },
    { ...withServers, displayName: 'http', testMatch: ['<rootDir>/test/**/!(*.long).spec.ts'] },
    {
      ...withServers,
      displayName: 'grouped',
      roots: [...withServers.roots, `<rootDir>/${GROUPS}`],
      testMatch: grouped.map((file) => `<rootDir>/${file}`),
    },
    { ...withServers, displayName: 'long', testMatch: ['<rootDir>/test/**/*.long.spec.ts'] },
  ],
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.spec.ts'],
  coverageProvider: 'v8',
  coverageReporters: [['text', { skipFull: true }], 'json'],
  testSequencer: '<rootDir>/test/support/sequencer.js',
  testTimeout: 30_000,
  maxWorkers: 3,
  // Node keeps what a suite has loaded for some time; a worker of this size is replaced.
  workerIdleMemoryLimit: '1200MB',
};
