/** A process that is busy itself does not take PostgreSQL for silent. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { PostgresWatch } from '../../src/persistence/postgres-watch.js';
import { startServer } from '../support/test-server.js';

/** So that the database is asked after a tenth of a second, and has a twentieth for its answer. */
const ANSWER_MS = 150;

function beBusy(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('lets work go on whose process leaves little time for the answers of the database', async () => {
  const { dataSource } = await startServer('postgres');
  // The server has a watch of its own for its connection, which others share.
  const watch = PostgresWatch.of(Object.create(dataSource) as typeof dataSource, ANSWER_MS);
  const work = async (): Promise<string> => {
    for (let times = 0; times < 12; times++) {
      beBusy(2 * ANSWER_MS);
      await delay(1);
    }
    return 'done';
  };
  await expect(watch.guard(work)).resolves.toBe('done');
  watch.close();
});
