/** Real HTTP, real databases: one PostgreSQL server for the whole run, one database for each suite. */
export default {
  rootDir: '.',
  roots: ['<rootDir>/test'],
  // Those with processes, proxies and browsers, and those that take long, have a command of their own.
  testMatch: ['**/!(*.long).spec.ts'],
  testRunner: '<rootDir>/test/support/runner/test-runner.js',
  // Node loads the suites, by the hooks of the runner.
  transform: {},
  setupFilesAfterEnv: ['<rootDir>/test/support/matchers.ts'],
  globalSetup: '<rootDir>/test/support/runner/set-up.js',
  globalTeardown: '<rootDir>/test/support/runner/tear-down.js',
  testTimeout: 30_000,
  maxWorkers: 3,
};
