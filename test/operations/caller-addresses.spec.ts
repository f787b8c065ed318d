/** The addresses of callers as reported by proxies, and warnings about them. */
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../support/cases.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { auditRows } from '../support/stored.js';
import { startInMount, type TestServer } from '../support/test-server.js';

/** Makes a failed login and returns its address in the audit log. */
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
  // An invalid address is ignored: the proxy's address is used.
  ['aaaaaaaaaaaa', '127.0.0.1'],
  ['unknown', '127.0.0.1'],
  ['203.0.113.7, _hidden', '127.0.0.1'],
  ['', '127.0.0.1'],
];

onBothEngines('the address of a caller', (engine) => {
  it('is the one that the only trusted proxy reports, without its port', async () => {
    const server = await startInMount(engine, { TRUST_PROXY: '1' });
    await eachAtOnce(ONE_PROXY, async ([forwarded, address]) => {
      expect(await seenAs(server, forwarded)).toBe(address);
    });
  });

  it('is the nearest one that is not a trusted proxy, also if proxies are listed with a port', async () => {
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
    '%s: cause one warning, with the remedy',
    async (header) => {
      const warnings = await warningsOf({}, header);
      expect(warnings).toEqual([
        expect.stringMatching(/127\.0\.0\.1 sends the header .*set TRUST_PROXY to the number/),
      ]);
    },
  );

  it('cause no warning if a proxy is trusted', async () => {
    expect(await warningsOf({ TRUST_PROXY: '10.0.0.0/8' }, 'X-Forwarded-For')).toEqual([]);
  });
});
