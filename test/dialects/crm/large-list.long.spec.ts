/** A list of 10,000 tokens reads only what was requested. */
import { beforeAll, expect, it, jest } from '@jest/globals';
import { watchQueries } from '../../support/queries.js';
import { addTokens } from './many-tokens.js';
import { crmSuite, data, type AccessToken, type Client } from './support.js';

// Times are compared on busy machines; a real fault fails every time.
jest.retryTimes(2);

const TOKENS = 10_000;

/** The columns between SELECT and FROM, by their names in the table. */
function columnsOf(statement: string): string[] {
  const [, list = ''] = /^SELECT (.*?) FROM /s.exec(statement) ?? [];
  return list.split(',').map((column) =>
    column
      .replace(/ AS .*/s, '')
      .replace(/.*\./s, '')
      .replaceAll('"', '')
      .trim(),
  );
}

crmSuite('a list of 10,000', (crm) => {
  let client: Client;

  beforeAll(async () => {
    const { id: accountId, root } = await crm.organisation();
    client = root;
    await addTokens(crm.server, accountId, TOKENS);
  });

  async function list(query: Record<string, string>): Promise<{ tokens: AccessToken[]; milliseconds: number }> {
    const start = performance.now();
    const reply = await client.get('access_tokens/list', { number: String(TOKENS), ...query });
    const milliseconds = performance.now() - start;
    return { tokens: data<AccessToken[]>(reply), milliseconds };
  }

  it('returns all of it in order, with fields_set=number only the numbers', async () => {
    const { tokens } = await list({ fields_set: 'number' });
    const expected = Array.from({ length: TOKENS }, (_, at) => ({ number: `AT${String(at + 1).padStart(10, '0')}` }));
    expect(tokens).toEqual(expected);
  });

  it('reads the number, and nothing of the audit log', async () => {
    const watch = watchQueries(crm.server.dataSource);
    await list({ fields_set: 'number' });
    watch.stop();
    const slices = watch.statements.filter((text) => text.includes('ORDER BY'));
    expect(slices.filter((text) => !text.includes('latchkey_token'))).toEqual([]);
    const columns = slices.flatMap(columnsOf);
    expect(columns).toContain('number');
    // The key and the kind are always read.
    expect(['id', 'kind', 'number']).toEqual(expect.arrayContaining(columns));
    expect(watch.count(/latchkey_audit/)).toBe(0);
  });

  it('reads no more than requested when filtered by state', async () => {
    const watch = watchQueries(crm.server.dataSource);
    const { tokens } = await list({ fields_set: 'identifier', life_cycle_state: 'NOT_EFFECTIVE' });
    watch.stop();
    expect(tokens).toHaveLength(TOKENS / 2);
    const columns = watch.statements.filter((text) => text.includes('ORDER BY')).flatMap(columnsOf);
    expect(columns).toContain('identifier');
    expect(columns).not.toContain('handle');
    expect(columns).not.toContain('pass_code_hash');
  });

  it('never reads the hashes, even with all fields', async () => {
    const watch = watchQueries(crm.server.dataSource);
    const { tokens } = await list({});
    watch.stop();
    expect(tokens).toHaveLength(TOKENS);
    const lists = watch.statements.filter((text) => text.includes('ORDER BY'));
    expect(lists.length).toBeGreaterThan(0);
    for (const statement of lists) expect(columnsOf(statement)).not.toContain('pass_code_hash');
  });

  it('is clearly faster for the numbers than for everything', async () => {
    const shortest = async (query: Record<string, string>): Promise<number> => {
      const [one, other] = [await list(query), await list(query)];
      return Math.min(one.milliseconds, other.milliseconds);
    };
    const numbers = await shortest({ fields_set: 'number' });
    expect(numbers * 2).toBeLessThan(await shortest({}));
  });
});
