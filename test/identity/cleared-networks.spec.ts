/** Networks whose failures an administrator has cleared: in the same process, by the command, and on other instances. */
import { expect, it } from '@jest/globals';
import { AuditRecord, SYSTEM } from '../../src/core/index.js';
import { ClearedNetworks } from '../../src/identity/index.js';
import { latchkey } from '../commands/support.js';
import { startPair } from '../instances/pair.js';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { startServer, type TestServer } from '../support/test-server.js';

const HERE = '203.0.113.5';
const NEIGHBOUR = '203.0.113.9';
const ELSEWHERE = '198.51.100.7';
const LIMITS = { TRUST_PROXY: '1', LOGIN_FAILURES_PER_ADDRESS: '3', LOGIN_WIDE_NETWORK_FACTOR: '1' };

let people = 0;

/** The status of a wrong guess for an account of its own. */
async function guess(server: Pick<TestServer, 'baseUrl'>, from: string): Promise<number> {
  people += 1;
  const body = JSON.stringify({ email: `nobody-${String(people)}@example.com`, password: 'a guess' });
  const call = { headers: { 'X-Forwarded-For': from }, body };
  return (await send(server.baseUrl, 'POST', '/api/v1/users/login', call)).status;
}

async function fill(server: Pick<TestServer, 'baseUrl'>, from: string): Promise<void> {
  for (let count = 0; count < 3; count += 1) expect(await guess(server, from)).toBe(401);
  expect(await guess(server, from)).toBe(429);
}

onBothEngines('a network whose failures are cleared', (engine) => {
  it('begins to count from zero, with its wider network, and no other does', async () => {
    const server = await startServer(engine, LIMITS);
    await fill(server, HERE);
    await fill(server, ELSEWHERE);
    expect(await guess(server, NEIGHBOUR)).toBe(429);
    const networks = await server.app.get(ClearedNetworks).clear(SYSTEM, HERE);
    expect(networks).toEqual({ narrow: HERE, wide: '203.0.113.0/24' });
    expect(await guess(server, ELSEWHERE)).toBe(429);
    await fill(server, HERE);
    expect(await guess(server, NEIGHBOUR)).toBe(429);
    await server.close();
  });

  it('is so by latchkey admin unlock --network beside the server, which leaves an audit row', async () => {
    const database = await createDatabase(engine);
    const server = await startServer(engine, LIMITS, database);
    await fill(server, '2001:db8:7:1::5');
    const run = (...words: string[]): ReturnType<typeof latchkey> => latchkey(database, ['admin', 'unlock', ...words]);
    const done = await run('--network', '2001:db8:7:1::9');
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toContain('2001:db8:7:1::/64 and 2001:db8:7::/48 is forgotten');
    await fill(server, '2001:db8:7:1::7');
    const rows = await server.dataSource.getRepository(AuditRecord).findBy({ action: 'server.network_locks_cleared' });
    expect(rows.map(({ details }) => details)).toEqual([{ networks: ['2001:db8:7:1::/64', '2001:db8:7::/48'] }]);
    expect(await run('--network', 'somewhere')).toMatchObject({ code: 1, err: expect.stringContaining('no IPv4') });
    expect(await run('root@example.com', '--network', HERE)).toMatchObject({ code: 1 });
    await server.close();
  });
});

it('a network that is cleared on one instance is so on the other', async () => {
  const pair = await startPair(LIMITS);
  const { a: one, b: other } = pair;
  await fill(one, HERE);
  expect(await guess(other, HERE)).toBe(429);
  await one.app.get(ClearedNetworks).clear(SYSTEM, HERE);
  await fill(other, HERE);
  expect(await guess(one, HERE)).toBe(429);
  await pair.close();
});
