/** No decision reads the machine's clock past the part that tests and hosts replace. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';

const SRC = path.resolve(import.meta.dirname, '../../src');

/** Each with what the machine's time is for there. */
const MAY_READ_IT: Readonly<Record<string, string>> = {
  'core/clock.ts': 'is the clock itself',
  'testing/test-clock.ts': 'is the clock for tests',
  'commands/checks.ts': 'compares the machine with the database',
  'commands/restore.ts': 'names a file',
  'commands/tokens.ts': 'shows tokens without a server',
  'client/latchkey-client.ts': 'is for hosts without a server of their own',
  'declared/token-records.ts': 'dates rows without a date, without a server',
  'dialects/canvus/listing.ts': 'dates rows without a date, without a server',
  'dialects/latchkey/server/server.controller.ts': 'tells since when the process runs',
  'identity/migrations/existing-names.ts': 'dates rows of an upgrade',
  'monitoring/metrics/inventory.ts': 'dates a figure for a monitoring system',
  'persistence/sqlite-claim.ts': 'tells operators since when a file is in use',
};

it('only the clock reads the time', () => {
  const readers = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .filter((name) => /Date\.now\(|new Date\(\)/.test(readFileSync(path.join(SRC, name), 'utf8')));
  expect(readers.sort()).toEqual(Object.keys(MAY_READ_IT).sort());
});
