/** What the database holds, and asserting that it stays as it is. */
import { expect } from '@jest/globals';
import { stored } from '../../support/stored.js';
import type { TestServer } from '../../support/test-server.js';

export { auditRows } from '../../support/stored.js';

/** Everything that a request could have changed, but for the traces of failed logins and wrong pass codes. */
export function storedButFailedLogins(server: TestServer): Promise<string> {
  return stored(server, { failedLogins: false });
}

/** Runs it and asserts that nothing is there then that was not before. */
export async function unchanged<T>(server: TestServer, work: () => Promise<T>): Promise<T> {
  const before = await storedButFailedLogins(server);
  const result = await work();
  expect(await storedButFailedLogins(server)).toEqual(before);
  return result;
}
