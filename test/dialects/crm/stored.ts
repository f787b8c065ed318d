/** Reads the database, and asserts that it does not change. */
import { expect } from '@jest/globals';
import { stored } from '../../support/stored.js';
import type { TestServer } from '../../support/test-server.js';

export { auditRows } from '../../support/stored.js';

/** Everything that a request could change, except audit rows of failed logins and wrong pass codes. */
export function storedButFailedLogins(server: TestServer): Promise<string> {
  return stored(server, { failedLogins: false });
}

/** Runs the work and asserts that nothing was added. */
export async function unchanged<T>(server: TestServer, work: () => Promise<T>): Promise<T> {
  const before = await storedButFailedLogins(server);
  const result = await work();
  expect(await storedButFailedLogins(server)).toEqual(before);
  return result;
}
