/** The login of a consumer with the key of an application: how it is opened and refused, and what ends it. */
import { describe, expect, it } from '@jest/globals';
import { SessionToken } from '../../../src/identity/index.js';
import { send, type Reply } from '../../support/http.js';
import { ACCOUNT, ADMIN } from '../../support/test-server.js';
import { CONSUMER_LOGIN, application, consumer, consumerLogin, type Application } from './consumers.js';
import {
  Client,
  ERROR,
  HEX_32,
  auditRows,
  byCode,
  byIdentifier,
  crmSuite,
  data,
  failure,
  make,
  unchanged,
  type Crm,
  type Made,
} from './support.js';

const LIST = 'access_tokens/list';

/** Whether a login is accepted by the dialect. */
async function isAccepted(client: Client): Promise<boolean> {
  const reply = await client.get(LIST);
  if (reply.text.includes('"code":"OK"')) return true;
  failure(reply, ERROR.token);
  return false;
}

async function tokenId(crm: Crm, { code }: Made): Promise<string> {
  const rows = await crm.server.dataSource.query<{ id: string }[]>(
    `SELECT "id" FROM "latchkey_token" WHERE "handle" = '${code}' AND "kind" = 'access_token'`,
  );
  return rows[0]?.id ?? '';
}

function latchkey({ server }: Crm, method: string, path: string, body?: object): Promise<Reply> {
  return send(server.baseUrl, method, `/latchkey/v1${path}`, {
    headers: { Authorization: `Bearer ${ADMIN.token}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
}

crmSuite(`POST ${CONSUMER_LOGIN}`, (crm) => {
  it('takes an effective access token by its code, or by identifier and pass code, and returns a login of two hours', async () => {
    const app = await application(crm);
    const made = await make(crm.root);
    crm.server.clock.freeze();
    for (const members of [
      byCode(made.code),
      byIdentifier(made),
      { ...byIdentifier(made), unit: '1', organisation: ACCOUNT.name, jwt: null },
    ]) {
      const { token } = data<{ token: string }>(await consumerLogin(crm, app.key, members));
      expect(token).toMatch(HEX_32);
      const client = new Client(crm.server, token);
      expect(await isAccepted(client)).toBe(true);
    }
    const latest = await consumer(crm, app, made.code);
    crm.server.clock.advance(7_199_999);
    expect(await isAccepted(latest)).toBe(true);
    crm.server.clock.advance(1);
    expect(await isAccepted(latest)).toBe(false);
    crm.server.clock.reset();
  });

  it('refuses wrong codes, wrong pass codes and tokens that are not effective alike, and says so in the audit log', async () => {
    const app = await application(crm);
    const [made, off, foreign] = [await make(crm.root), await make(crm.root), await crm.organisation()];
    data(await crm.root.post('access_tokens/set_as_not_effective', byCode(off.code)));
    const other = await make(foreign.root);
    const texts = new Set<string>();
    for (const members of [
      byCode('unknown'),
      byCode(off.code),
      byCode(other.code),
      byIdentifier(off),
      byIdentifier(other),
      byIdentifier({ ...made, passCode: 'wrong' }),
      byIdentifier({ identifier: made.code, passCode: made.passCode }),
    ]) {
      const reply = await unchanged(crm.server, () => consumerLogin(crm, app.key, members));
      expect(failure(reply, ERROR.notFound)).toContain('no effective access token');
      texts.add(reply.text);
    }
    expect(texts.size).toBe(1);
    const rows = await auditRows(crm.server, { action: 'user.login_failed' });
    expect(rows.at(-1)).toMatchObject({ details: { method: 'token', dialect: 'crm_consumer' } });
    const refused = await auditRows(crm.server, { action: 'token.pass_code_refused' });
    expect(refused.at(-1)).toMatchObject({ authorId: app.person.id, accountId: ACCOUNT.id });
  });

  it('refuses keys like the login for programs does', async () => {
    const made = await make(crm.root);
    const stranger = await crm.person();
    const path = `/${String(stranger.id)}/access-tokens`;
    const { plain_token: foreign } = await crm.users<{ plain_token: string }>('POST', path, { description: 'key' });
    for (const key of ['x', 'x'.repeat(43), made.code, crm.root.token ?? '', foreign]) {
      failure(await consumerLogin(crm, key, byCode(made.code)), ERROR.credentials);
    }
    const reply = await crm.anonymous.post(CONSUMER_LOGIN, byCode(made.code));
    expect(failure(reply, ERROR.missing)).toContain('key');
  });

  it('names what is missing or not accepted', async () => {
    const app = await application(crm);
    const { code, identifier } = await make(crm.root);
    await unchanged(crm.server, async () => {
      for (const [members, error, told] of [
        [{}, ERROR.missing, 'access_token_identifier'],
        [{ jwt: 'a.b.c' }, ERROR.invalid, 'jwt'],
        [{ ...byCode(code), jwt: 'a.b.c' }, ERROR.invalid, 'jwt'],
        [{ access_token_identifier: 'text' }, ERROR.invalid, 'access_token_identifier'],
        [{ access_token_identifier: { authentication_code: code, identifier } }, ERROR.semiOptional, 'identifier'],
        [{ access_token_identifier: { identifier } }, ERROR.missing, 'pass_code'],
        [{ ...byCode(code), unit: '2' }, ERROR.credentials, 'unit must be 1'],
      ] as const) {
        expect(failure(await consumerLogin(crm, app.key, members), error)).toContain(told);
      }
    });
  });

  it('refuses a token with scopes, which a login would not have', async () => {
    const app = await application(crm);
    const made = await make(crm.root);
    const open = await consumer(crm, app, made.code);
    const changed = await latchkey(crm, 'PATCH', `/tokens/${await tokenId(crm, made)}`, { scopes: ['doors:open'] });
    expect(changed.status).toBe(200);
    expect(await isAccepted(open)).toBe(false);
    failure(await consumerLogin(crm, app.key, byCode(made.code)), ERROR.notPermitted);
    // Whatever has become of the logins meanwhile.
    const other = await make(crm.root);
    const left = await consumer(crm, app, other.code);
    const { dataSource } = crm.server;
    await dataSource.query(`UPDATE latchkey_token SET scopes = 'doors:open' WHERE id = '${await tokenId(crm, other)}'`);
    expect(await isAccepted(left)).toBe(false);
  });

  it('is in the audit log and among the logins of the user of the key, who can end it there', async () => {
    const app = await application(crm);
    const made = await make(crm.root);
    const client = await consumer(crm, app, made.code);
    const id = await tokenId(crm, made);
    const [row] = (await auditRows(crm.server, { action: 'user.logged_in', targetId: String(app.person.id) })).slice(
      -1,
    );
    expect(row).toMatchObject({ details: { method: 'token', dialect: 'crm_consumer', subject_token_id: id } });
    const path = `/users/${String(app.person.id)}/logins`;
    const { items } = (await latchkey(crm, 'GET', path)).json<{ items: { id: string; subject_token_id: string }[] }>();
    expect(items).toMatchObject([{ subject_token_id: id }]);
    expect((await latchkey(crm, 'DELETE', `${path}/${items[0]?.id ?? ''}`)).status).toBe(204);
    expect(await isAccepted(client)).toBe(false);
  });

  it('is accepted nowhere else, and introspection does not take it for the user', async () => {
    const app = await application(crm);
    const { token = '' } = await consumer(crm, app, (await make(crm.root)).code);
    for (const bearer of [app.key, ADMIN.token]) {
      const reply = await send(crm.server.baseUrl, 'POST', '/oauth2/introspect', {
        headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/x-www-form-urlencoded' },
        body: `token=${token}`,
      });
      expect(reply.text).toBe('{"active":false}');
    }
    const headers = { Authorization: `Bearer ${token}` };
    for (const path of ['/verify', '/client/v4/accounts', '/latchkey/v1/users', '/api/v1/users']) {
      const { status } = await send(crm.server.baseUrl, 'GET', path, { headers });
      expect([400, 401]).toContain(status);
    }
  });
});

/** What ends the login of a consumer. */
const ENDS: Readonly<Record<string, (crm: Crm, app: Application, made: Made) => Promise<unknown>>> = {
  set_as_not_effective: ({ root }, _, { code }) => root.post('access_tokens/set_as_not_effective', byCode(code)),
  'another code': ({ root }, _, { code }) =>
    root.post('access_tokens/update', { ...byCode(code), authentication_code: null }),
  'another pass code': ({ root }, _, { code }) =>
    root.post('access_tokens/update', { ...byCode(code), pass_code: 'other' }),
  reset_pass_code: ({ root }, _, { code }) => root.post('access_tokens/reset_pass_code', { authentication_code: code }),
  'the end of the key': (crm, { person, keyId }) => crm.users('DELETE', `/${String(person.id)}/access-tokens/${keyId}`),
  'a block of its user': (crm, { person }) => crm.users('POST', `/${String(person.id)}/block`),
  'the end of the membership': async (crm, { person }) => {
    const members = await crm.accounts<{ id: string; user: { email: string } }[]>(
      'GET',
      `/${ACCOUNT.id}/members?per_page=50`,
    );
    const member = members.find(({ user }) => user.email === person.email);
    return crm.accounts('DELETE', `/${ACCOUNT.id}/members/${member?.id ?? ''}`);
  },
  'a disabled token, by the own API': async (crm, _, made) =>
    latchkey(crm, 'PATCH', `/tokens/${await tokenId(crm, made)}`, { disabled: true }),
  'a revoked token, by the own API': async (crm, _, made) =>
    latchkey(crm, 'DELETE', `/tokens/${await tokenId(crm, made)}`),
  'a revocation by RFC 7009': ({ server }, _, { code }) =>
    send(server.baseUrl, 'POST', '/oauth2/revoke', {
      headers: { Authorization: `Bearer ${ADMIN.token}`, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token: code, account: ACCOUNT.id }).toString(),
    }),
};

crmSuite('the login of a consumer', (crm) => {
  describe('ends, with its row,', () => {
    it.each(Object.keys(ENDS))('by %s, when the call has returned', async (what) => {
      const app = await application(crm);
      const [made, other] = [await make(crm.root), await make(crm.root)];
      const [first, second] = [await consumer(crm, app, made.code), await consumer(crm, app, made.code)];
      const others = await consumer(crm, await application(crm), other.code);
      expect(await isAccepted(first)).toBe(true);
      await ENDS[what]?.(crm, app, made);
      expect([await isAccepted(first), await isAccepted(second)]).toEqual([false, false]);
      expect(await isAccepted(others)).toBe(true);
      const isBlocked = what.includes('block') || what.includes('membership');
      const left = await crm.server.dataSource.getRepository(SessionToken).countBy({ userId: app.person.id });
      if (!isBlocked) expect(left).toBe(0);
    });
  });

  it('does not come back when the access token is made effective again', async () => {
    const app = await application(crm);
    const made = await make(crm.root);
    const client = await consumer(crm, app, made.code);
    data(await crm.root.post('access_tokens/set_as_not_effective', byCode(made.code)));
    data(await crm.root.post('access_tokens/set_as_effective', byCode(made.code)));
    expect(await isAccepted(client)).toBe(false);
    expect(await isAccepted(await consumer(crm, app, made.code))).toBe(true);
  });

  it('goes on when fields of callers change, and ends by release alone', async () => {
    const app = await application(crm);
    const made = await make(crm.root);
    const [client, other] = [await consumer(crm, app, made.code), await consumer(crm, app, made.code)];
    data(await crm.root.post('access_tokens/update', { ...byCode(made.code), udf_string_1: 'x' }));
    expect(await isAccepted(client)).toBe(true);
    data(await client.post('authentication/token/release'));
    expect([await isAccepted(client), await isAccepted(other)]).toEqual([false, true]);
  });

  it('does not outlive its key', async () => {
    crm.server.clock.freeze();
    const app = await application(crm);
    const made = await make(crm.root);
    const soon = new Date(crm.server.clock.now().getTime() + 600_000).toISOString();
    const { items } = (
      await latchkey(crm, 'GET', `/tokens?owner_id=${String(app.person.id)}&kind=personal_token`)
    ).json<{
      items: { id: string; name: string }[];
    }>();
    const key = items.find(({ name }) => name === 'application')?.id ?? '';
    const before = await consumer(crm, app, made.code);
    expect((await latchkey(crm, 'PATCH', `/tokens/${key}`, { expires_at: soon })).status).toBe(200);
    const after = await consumer(crm, app, made.code);
    expect([await isAccepted(before), await isAccepted(after)]).toEqual([true, true]);
    crm.server.clock.advance(600_000);
    expect([await isAccepted(before), await isAccepted(after)]).toEqual([false, false]);
    crm.server.clock.reset();
  });
});

crmSuite(
  'guesses at access tokens with a key',
  (crm) => {
    const isThrottled = (reply: Reply): void => {
      expect(failure(reply, ERROR.throttled)).toMatch(/try again in \d+ seconds$/);
    };

    it('are limited for an identifier, without locking out other consumers of the application', async () => {
      const app = await application(crm);
      const [made, other] = [await make(crm.root), await make(crm.root)];
      for (let count = 0; count < 2; count += 1) {
        failure(await consumerLogin(crm, app.key, byIdentifier({ ...made, passCode: 'wrong' })), ERROR.notFound);
      }
      isThrottled(await consumerLogin(crm, app.key, byIdentifier(made)));
      data(await consumerLogin(crm, app.key, byIdentifier(other)));
      data(await consumerLogin(crm, app.key, byCode(made.code)));
    });

    it('are limited for the key, by code too', async () => {
      const app = await application(crm);
      const made = await make(crm.root);
      for (let at = 0; at < 5; at += 1) {
        failure(await consumerLogin(crm, app.key, byCode(`guess ${String(at)}`)), ERROR.notFound);
      }
      isThrottled(await consumerLogin(crm, app.key, byCode(made.code)));
      isThrottled(await consumerLogin(crm, app.key, byIdentifier(made)));
      data(await consumerLogin(crm, (await application(crm)).key, byCode(made.code)));
    });

    it('are limited for an address where the key is wrong', async () => {
      const { code } = await make(crm.root);
      const replies = await Promise.all(
        Array.from({ length: 8 }, (_, at) => consumerLogin(crm, `${String(at)}${'x'.repeat(42)}`, byCode(code))),
      );
      const codes = replies.map((reply) => reply.json<{ status: { code: string } }>().status.code);
      expect(codes.filter((text) => text.includes(ERROR.throttled)).length).toBeGreaterThan(0);
    });
  },
  {
    CRM_PASS_CODE_FAILURES: '2',
    CRM_CONSUMER_LOGIN_FAILURES: '5',
    LOGIN_FAILURES_PER_ADDRESS: '6',
  },
);
