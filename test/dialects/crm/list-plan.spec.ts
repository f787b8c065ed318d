/** A list reads the first rows of an index, however many tokens the organisation has. */
import { expect, it } from '@jest/globals';
import { watchQueries } from '../../support/queries.js';
import { crmSuite, data } from './support.js';

crmSuite('a list of access tokens', (crm) => {
  it('is read in index order without sorting', async () => {
    const { dataSource, engine } = crm.server;
    const watch = watchQueries(dataSource);
    data(await crm.root.post('access_tokens/list', { number: 10, fields_set: 'number' }));
    watch.stop();
    const query = watch.queries.find((each) => /FROM "latchkey_token".*ORDER BY/s.test(each.query));
    const plan = await dataSource.transaction(async (manager) => {
      // Otherwise an almost empty table would be scanned.
      if (engine === 'postgres') await manager.query('SET LOCAL enable_seqscan = off');
      const explain = engine === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
      return manager.query<unknown[]>(`${explain} ${query?.query ?? ''}`, query?.parameters ?? []);
    });
    expect(JSON.stringify(plan)).toContain('latchkey_token_number');
    expect(JSON.stringify(plan)).not.toMatch(/TEMP B-TREE|Sort/);
  });
});
