/** Where callers come from, as proxies say it, and what is told of them. */
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../support/cases.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { auditRows } from '../support/stored.js';
import { startInMount, type TestServer } from '../support/test-server.js';

/** A failed login, and the address that the audit log has of it. */
async function seenAs(server: TestServer, forwarded: string): Promise<string | null | undefined> {
  const email = `${Math.random().toString(36).slice(2)}@example.com`;
  const body = JSON.stringify({ email, password: 'x' });
  const headers = { 'X-Forwarded-For': forwarded };
  expect((await send(server.baseUrl, 'POST', '/api/v1/users/login', { headers, body })).status).toBe(401);
  const rows = await auditRows(server, { action: 'user.login_failed' });
  return rows.find(({ targetName, details }) => JSON.stringify([targetName, details]).includes(email))?.ipAddress;
}

const ONE_PROXY: [forwarded: string, address: string][] = [
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:443', '203.0.113.7'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['2001:DB8:0::1', '2001:db8::1'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['198.51.100.1, 203.0.113.7:51234', '203.0.113.7'],
  // What is no address says nothing: the proxy stands for its client.
  ['aaaaaaaaaaaa', '127.0.0.1'],
  ['unknown', '127.0.0.1'],
  ['203.0.113.7, _hidden', '127.0.0.1'],
  ['', '127.0.0.1'],
];

onBothEngines('the address of a caller', (engine) => {
  it('is that which the one trusted proxy names, without its port', async () => {
    const server = await startInMount(engine, { TRUST_PROXY: '1' });
    await eachAtOnce(ONE_PROXY, async ([forwarded, address]) => {
      expect(await seenAs(server, forwarded)).toBe(address);
    });
  });

  it('is the nearest one that is no trusted proxy, also where proxies are named with a port', async () => {
    const server = await startInMount(engine, { TRUST_PROXY: 'loopback,10.0.0.0/8' });
    const cases: typeof ONE_PROXY = [
      ['203.0.113.7, 10.0.0.5', '203.0.113.7'],
      ['203.0.113.7:1, 10.0.0.5:2', '203.0.113.7'],
      ['192.0.2.1, 203.0.113.7, 10.0.0.5', '203.0.113.7'],
      ['203.0.113.7, junk, 10.0.0.5', '10.0.0.5'],
      ['10.0.0.6, 10.0.0.5', '10.0.0.6'],
    ];
    await eachAtOnce(cases, async ([forwarded, address]) => {
      expect(await seenAs(server, forwarded)).toBe(address);
    });
  });
});

describe('forwarded addresses of a proxy that is not trusted', () => {
  afterEach(() => {
    Logger.overrideLogger(false);
  });

  async function warningsOf(env: Record<string, string>, header: string): Promise<string[]> {
    const server = await startInMount('sqlite', env);
    const warnings: string[] = [];
    Logger.overrideLogger({
      log: () => undefined,
      error: () => undefined,
      warn: (text: string) => warnings.push(text),
    });
    for (let count = 0; count < 3; count += 1) {
      await send(server.baseUrl, 'GET', '/api/v1/users', { headers: { [header]: '203.0.113.7' } });
    }
    return warnings;
  }

  it.each(['X-Forwarded-For', 'X-Forwarded-Proto', 'Forwarded'])(
    '%s: are warned of once, with the remedy',
    async (header) => {
      const warnings = await warningsOf({}, header);
      expect(warnings).toEqual([
        expect.stringMatching(/127\.0\.0\.1 sends the header .*set TRUST_PROXY to the number/),
      ]);
    },
  );

  it('are not warned of where a proxy is trusted', async () => {
    expect(await warningsOf({ TRUST_PROXY: '10.0.0.0/8' }, 'X-Forwarded-For')).toEqual([]);
  });
});
