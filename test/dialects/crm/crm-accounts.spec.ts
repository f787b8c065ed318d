/** What the dialect stores for accounts: created with the first value, deleted with the account. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { onBothEngines } from '../../support/engines.js';
import { send } from '../../support/http.js';
import { ADMIN, startServer, type TestServer } from '../../support/test-server.js';

onBothEngines('the row of an account', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(engine);
  });
  afterAll(() => server.close());

  const accounts = async <T>(method: string, path = '', body?: object): Promise<T> => {
    const headers = { Authorization: `Bearer ${ADMIN.token}` };
    const sent = body ? { headers, body: JSON.stringify(body) } : { headers };
    const reply = await send(server.baseUrl, method, `/client/v4/accounts${path}`, sent);
    expect(reply.status).toBe(200);
    return reply.json<{ result: T }>().result;
  };
  const rows = (id: string): Promise<unknown[]> =>
    server.dataSource.query(`SELECT * FROM "latchkey_crm_account" WHERE "account_id" = '${id}'`);

  it('is created with its first value, and deleted with the account', async () => {
    const { id } = await accounts<{ id: string }>('POST', '', { name: 'Kept for a while' });
    await accounts('PUT', `/${id}`, { name: 'Kept', settings: {} });
    expect(await rows(id)).toEqual([]);
    const changed = await accounts<{ settings: object }>('PUT', `/${id}`, { settings: { allow_no_identifier: false } });
    expect(changed.settings).toMatchObject({ allow_no_identifier: false });
    expect(await rows(id)).toHaveLength(1);
    await accounts('DELETE', `/${id}`);
    expect(await rows(id)).toEqual([]);
  });
});
