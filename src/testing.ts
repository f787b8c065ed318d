/** A whole server in memory for tests, in one line: `latchkey/testing`. */
export * from './testing/index.js';
