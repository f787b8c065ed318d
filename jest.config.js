import { writeGroups } from './test/support/groups.js';

/**
 * Three rings. `unit`: rules of one file, beside it; no server, no database. `http`: real HTTP and real databases, one
 * PostgreSQL server for the whole run; `grouped` is the same ring, several suites at a time. `long`: processes, proxies, browsers, and what takes long, for `npm run test:long`.
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
};

const withServers = {
  ...typescript,
  roots: ['<rootDir>/src', '<rootDir>/test'],
  globalSetup: '<rootDir>/test/support/set-up.js',
  globalTeardown: '<rootDir>/test/support/tear-down.js',
};

/** What is run once more with each engine in the other mount, without what takes long and is the same in both. */
const IN_BOTH_MOUNTS =
  /^test\/(dialects|data-plane)\/(?!.*\b(guards|instances|last-seen|login-cost|login-throttle|races|shutdown|slow|csv)\.spec)/;

const GROUPS = 'test-results/groups';
const isSwapped = process.env.TEST_MOUNT === 'swapped';
const grouped = writeGroups(GROUPS, (suite) => !isSwapped || IN_BOTH_MOUNTS.test(suite));

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
  testTimeout: 30_000,
  maxWorkers: 3,
  // Node keeps what a suite has loaded for some time; a worker of this size is replaced.
  workerIdleMemoryLimit: '1200MB',
};
