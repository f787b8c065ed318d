/** A test that fails while its own PostgreSQL server runs; exit.long.spec.ts runs it. */
import { it } from '@jest/globals';
import { connectTo } from '../../support/engines.js';
import { PostgresServer } from '../../support/start-postgres.js';

it('fails with a database server', async () => {
  const postgres = await PostgresServer.start();
  await connectTo(postgres.url);
  throw new Error('half way');
});
