import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { send } from '../support/http.js';
import { startProcess, type ServerProcess } from '../support/process.js';

const ADMIN_TOKEN = 'Kq3-vT9wLx0ZbN7yRf2hUe5mJc8sGd1aPo6_iWtXBnE';
const HEADERS = { 'Private-Token': ADMIN_TOKEN };
const TOKENS = '/api/v1/users/1000/access-tokens';
const WRITERS = 8;

interface Created {
  id: string;
  description: string;
  plain_token: string;
}

onBothEngines('kill -9 under a constant load of writes', (engine) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase(engine);
  });
  afterAll(() => database.drop());

  const start = (): Promise<ServerProcess> => startProcess({ DATABASE_URL: database.url, ADMIN_TOKEN });

  /** Creates, renames and deletes tokens until the server is gone; records what was acknowledged. */
  async function write(server: ServerProcess, acknowledged: Map<string, Created>, gone: Set<string>): Promise<void> {
    for (let count = 0; ; count += 1) {
      const body = JSON.stringify({ description: `number ${String(count)}` });
      const created = await send(server.baseUrl, 'POST', TOKENS, { headers: HEADERS, body });
      if (created.status !== 200) throw new Error(created.text);
      const token = created.json<Created>();
      acknowledged.set(token.id, token);
      if (count % 3 !== 0) continue;
      // From here until the answer, the outcome is unknown.
      acknowledged.delete(token.id);
      const deleted = await send(server.baseUrl, 'DELETE', `${TOKENS}/${token.id}`, { headers: HEADERS });
      if (deleted.status !== 200) throw new Error(deleted.text);
      gone.add(token.id);
    }
  }

  it('loses no acknowledged write and undoes no deletion, in several rounds', async () => {
    const acknowledged = new Map<string, Created>();
    const gone = new Set<string>();
    for (const writes of [10, 25, 40]) {
      const server = await start();
      const writers = Array.from({ length: WRITERS }, () => write(server, acknowledged, gone));
      const ends = Promise.allSettled(writers);
      const before = acknowledged.size + gone.size;
      while (acknowledged.size + gone.size < before + writes) await delay(3);
      server.kill('SIGKILL');
      expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
      const reasons = (await ends).map((end) => (end as PromiseRejectedResult).reason as { code?: string });
      for (const { code } of reasons) expect(['ECONNRESET', 'ECONNREFUSED', 'EPIPE']).toContain(code);
    }
    expect(acknowledged.size).toBeGreaterThan(20);
    expect(gone.size).toBeGreaterThan(5);

    const server = await start();
    const listed = (await send(server.baseUrl, 'GET', TOKENS, { headers: HEADERS })).json<Created[]>();
    const there = new Map(listed.map((token) => [token.id, token.description]));
    const lost = [...acknowledged.values()].filter(({ id, description }) => there.get(id) !== description);
    expect(lost).toEqual([]);
    expect([...gone].filter((id) => there.has(id))).toEqual([]);
    for (const { plain_token: token } of [...acknowledged.values()].slice(-10)) {
      const reply = await send(server.baseUrl, 'GET', '/api/v1/users', { headers: { 'Private-Token': token } });
      expect(reply.status).toBe(200);
    }
  });
});
