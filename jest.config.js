/**
 * Three rings. `unit`: rules of one file, beside it; no server, no database. `http`: real HTTP and real databases, one
 * PostgreSQL server for the whole run. `long`: processes, proxies, browsers, and what takes long, for `npm run test:long`.
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

export default {
  projects: [
    { ...typescript, displayName: 'unit', roots: ['<rootDir>/src'], testMatch: ['<rootDir>/src/**/*.spec.ts'] },
    { ...withServers, displayName: 'http', testMatch: ['<rootDir>/test/**/!(*.long).spec.ts'] },
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
