/** Logins that come together: right passwords are never refused because of each other, wrong ones gain nothing. */
import { expect, it } from '@jest/globals';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';

const AT_ONCE = 32;

/** The default of LOGIN_FAILURES_PER_ACCOUNT. */
const FAILURES = 10;

onBothEngines(`${String(AT_ONCE)} logins at once`, (engine) => {
  const statuses = (server: TestServer, passwords: readonly string[]): Promise<number[]> =>
    Promise.all(
      passwords.map(async (password) => {
        const body = JSON.stringify({ email: ADMIN.email, password });
        return (await send(server.baseUrl, 'POST', '/api/v1/users/login', { body })).status;
      }),
    );

  it('with the right password all succeed, from a network that is new and from one that is known', async () => {
    const server = await startServer(engine);
    const all = Array<string>(AT_ONCE).fill(ADMIN.password);
    expect(new Set(await statuses(server, all))).toEqual(new Set([200]));
    expect(new Set(await statuses(server, all))).toEqual(new Set([200]));
  });

  it('to an organisation all succeed, too', async () => {
    const server = await startServer(engine);
    const body = JSON.stringify({ username: ADMIN.email, password: ADMIN.password, organisation: ACCOUNT.name });
    const replies = await Promise.all(
      Array.from({ length: AT_ONCE }, () =>
        send(server.baseUrl, 'POST', '/crmapi/rest/v2/authentication/token', { body }),
      ),
    );
    const codes = replies.map((reply) => reply.json<{ status: { code: string } }>().status.code);
    expect(new Set(codes)).toEqual(new Set(['OK']));
  });

  it('with wrong passwords are as many guesses as one after the other, and the rest are refused', async () => {
    const server = await startServer(engine);
    const found = await statuses(
      server,
      Array.from({ length: AT_ONCE }, (_, at) => `guess ${String(at)}`),
    );
    expect(found.filter((status) => status === 401)).toHaveLength(FAILURES);
    expect(found.filter((status) => status === 429)).toHaveLength(AT_ONCE - FAILURES);
  });
});
