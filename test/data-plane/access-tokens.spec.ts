/** Access tokens as credentials: only under a rule that names their kind and one account (docs/contracts/crm.md §2.6). */
import { describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { AuditRecord } from '../../src/core/index.js';
import { send, type Reply } from '../support/http.js';
import { servicesOf } from '../support/services.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import {
  basic,
  bearer,
  dataPlaneSuite,
  identity,
  pair,
  privately,
  sendForm,
  type DataPlane,
  type Headers,
  type Person,
} from './support.js';

const RULE = `kind=access_token&account=${ACCOUNT.id}`;
const OTHER = 'f'.repeat(32);

let made = 0;

interface Made {
  readonly id: string;
  readonly code: string;
  readonly identifier: string;
  readonly passCode: string;
}

function actors(plane: DataPlane) {
  const crm = async (method: string, members: object, organisation = ACCOUNT.name): Promise<Reply> => {
    const { baseUrl } = plane.cf.server;
    const call = (path: string, body: object): Promise<Reply> =>
      send(baseUrl, 'POST', `/crmapi/rest/v2/${path}`, { body: JSON.stringify(body) });
    const login = await call('authentication/token', { username: ADMIN.email, password: ADMIN.password, organisation });
    const { token } = login.json<{ data: { token: string } }>().data;
    const reply = await call(`access_tokens/${method}`, { token, ...members });
    expect(reply.json()).toMatchObject({ status: { code: 'OK' } });
    return reply;
  };
  const make = async (members: object = {}, organisation?: string): Promise<Made> => {
    made += 1;
    const given = { identifier: `jane-${String(made)}`, pass_code: `Päss:${String(made)}`, ...members };
    const reply = await crm('create', given, organisation);
    const { id, authentication_code } = reply.json<{ data: { id: string; authentication_code: string } }>().data;
    return { id, code: authentication_code, identifier: given.identifier, passCode: given.pass_code };
  };
  const byCode = (code: string) => ({ access_token_identifier: { authentication_code: code } });
  return { crm, make, byCode };
}

const byPassCode = ({ identifier, passCode }: Pick<Made, 'identifier' | 'passCode'>): Headers => ({
  Authorization: `Basic ${Buffer.from(`${identifier}:${passCode}`).toString('base64')}`,
});

dataPlaneSuite('access tokens at /verify', (plane) => {
  const { cf, verify, status } = plane;
  const { crm, make, byCode } = actors(plane);

  it('are admitted by code, and by identifier and pass code, and identified', async () => {
    const token = await make({ authentication_code: 'Door-7' });
    for (const headers of [bearer('Door-7'), byPassCode(token), byPassCode(token)]) {
      const told = identity(await verify(headers, RULE));
      expect(told).toMatchObject({ 'latchkey-token-kind': 'access_token', 'latchkey-account-id': ACCOUNT.id });
      expect(told['latchkey-token-id']?.replaceAll('-', '').toUpperCase()).toBe(token.id);
      expect(JSON.stringify(told)).not.toContain('Door-7');
    }
  });

  it('are not looked at by any other rule', async () => {
    const token = await make();
    for (const rule of ['', `account=${ACCOUNT.id}`, 'kind=service_token', `kind=session&account=${ACCOUNT.id}`]) {
      for (const headers of [bearer(token.code), byPassCode(token)]) expect(await status(headers, rule)).toBe(401);
    }
    const service = await cf.token(ACCOUNT.id);
    const rule = `${RULE}&kind=service_token`;
    expect(await status({ ...pair(service), ...byPassCode(token) }, `account=${ACCOUNT.id}`)).toBe(200);
    expect(await status({ ...pair(service), ...bearer('of-the-application') }, rule)).toBe(200);
    expect(await status({ ...pair(service), ...bearer(token.code) }, rule)).toBe(401);
  });

  it('need a rule with exactly one account, which says so', async () => {
    const { code } = await make();
    for (const rule of ['kind=access_token', `${RULE},${OTHER}`, 'kind=access_token,service_token']) {
      const reply = await verify(bearer(code), rule);
      expect({ status: reply.status, text: reply.text }).toEqual({
        status: 400,
        text: expect.stringContaining('exactly one account'),
      });
    }
    expect(await status(bearer(code), `${RULE},${ACCOUNT.id}`)).toBe(200);
  });

  it('do not open the doors of other accounts, whose codes may be the same', async () => {
    const id = await cf.account();
    const ours = await make({ authentication_code: 'same', identifier: 'same', pass_code: 'ours' });
    const theirs = await make({ authentication_code: 'same', identifier: 'same', pass_code: 'theirs' }, id);
    const rule = `kind=access_token&account=${id}`;
    expect(await status(bearer('same'), rule)).toBe(200);
    expect(await status(byPassCode(theirs), rule)).toBe(200);
    expect(await status(byPassCode(ours), rule)).toBe(401);
    expect(await status(byPassCode(ours), RULE)).toBe(200);
    const { code } = await make();
    expect(await status(bearer(code), rule)).toBe(401);
  });

  it('are refused as soon as they are not effective, changed or revoked', async () => {
    const token = await make();
    const all = () => Promise.all([status(bearer(token.code), RULE), status(byPassCode(token), RULE)]);
    expect(await all()).toEqual([200, 200]);
    await crm('set_as_not_effective', byCode(token.code));
    expect(await all()).toEqual([401, 401]);
    await crm('set_as_effective', byCode(token.code));
    expect(await all()).toEqual([200, 200]);
    await crm('reset_pass_code', { authentication_code: token.code });
    expect(await all()).toEqual([200, 401]);
    await crm('update', { ...byCode(token.code), authentication_code: 'changed' });
    expect(await all()).toEqual([401, 401]);
    expect(await status(bearer('changed'), RULE)).toBe(200);
    await sendForm(cf, 'revoke', bearer(ADMIN.token), { token: 'changed', account: ACCOUNT.id });
    expect(await status(bearer('changed'), RULE)).toBe(401);
  });

  it('are never taken from what is no credential of theirs', async () => {
    const token = await make();
    const wrong: Headers[] = [
      bearer(token.identifier),
      bearer(token.passCode),
      bearer(`${token.code} `.repeat(2)),
      bearer(token.code.toLowerCase()),
      privately(token.code),
      basic({ client_id: token.code, client_secret: token.code }),
      byPassCode({ ...token, passCode: '' }),
      byPassCode({ ...token, identifier: '' }),
      byPassCode({ ...token, passCode: token.passCode.toUpperCase() }),
      { Authorization: 'Basic !!!' },
      { Authorization: 'Bearer' },
      { Authorization: token.code },
    ];
    for (const headers of wrong) expect([headers, await status(headers, RULE)]).toEqual([headers, 401]);
    for (const headers of [bearer(token.code), byPassCode(token)]) {
      for (const path of ['/api/v1/users', `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`]) {
        expect((await send(cf.server.baseUrl, 'GET', path, { headers })).status).not.toBe(200);
      }
      expect((await sendForm(cf, 'introspect', headers, { token: token.code })).status).toBe(401);
    }
  });

  it('are admitted beside kinds of users, whose tokens go first', async () => {
    const token = await make();
    const rule = `kind=access_token,personal_token&account=${ACCOUNT.id}`;
    expect(await status(bearer(token.code), rule)).toBe(200);
    expect(await status(bearer(ADMIN.token), rule)).not.toBe(200);
  });

  describe('introspection and revocation', () => {
    const memberOf = async (role: string): Promise<Person> => {
      const person = await cf.person();
      const body = JSON.stringify({ email: person.email, roles: [role] });
      const headers = { ...bearer(ADMIN.token), 'Content-Type': 'application/json' };
      const path = `/client/v4/accounts/${ACCOUNT.id}/members`;
      expect((await send(cf.server.baseUrl, 'POST', path, { headers, body })).status).toBe(200);
      return person;
    };
    const introspect = async (caller: Headers, form: Record<string, string>): Promise<unknown> =>
      (await sendForm(cf, 'introspect', caller, form)).json();

    it('know a code for members and services of its account only', async () => {
      const token = await make();
      const told = { active: true, kind: 'access_token', account: ACCOUNT.id, matched_secret: 'current' };
      const member = await memberOf('read_only');
      const service = await cf.token(ACCOUNT.id);
      const form = { token: token.code };
      for (const caller of [bearer(member.key), basic(service)]) {
        expect(await introspect(caller, form)).toMatchObject(told);
        expect(await introspect(caller, { ...form, account: OTHER })).toEqual({ active: false });
      }
      const stranger = await cf.person();
      for (const more of [{}, { account: ACCOUNT.id }] as Record<string, string>[])
        expect(await introspect(bearer(stranger.key), { ...form, ...more })).toEqual({ active: false });
      expect(await introspect(bearer(ADMIN.token), { ...form, account: ACCOUNT.id })).toMatchObject(told);
      await crm('set_as_not_effective', byCode(token.code));
      expect(await introspect(bearer(member.key), form)).toEqual({ active: false });
      expect((await sendForm(cf, 'introspect', bearer(member.key), { ...form, account: 'x' })).status).toBe(400);
    });

    it('is revoked by administrators of its account, and by nobody else', async () => {
      const token = await make();
      const form = { token: token.code, account: ACCOUNT.id };
      const reader = await memberOf('read_only');
      expect((await sendForm(cf, 'revoke', bearer((await cf.person()).key), form)).status).toBe(200);
      expect((await sendForm(cf, 'revoke', bearer(reader.key), form)).status).toBe(400);
      expect(await status(bearer(token.code), RULE)).toBe(200);
      const administrator = await memberOf('administrator');
      expect((await sendForm(cf, 'revoke', bearer(administrator.key), { token: token.code })).status).toBe(200);
      expect(await status(bearer(token.code), RULE)).toBe(401);
    });
  });
});

dataPlaneSuite(
  'guesses of pass codes at /verify',
  (plane) => {
    const { status, verify } = plane;
    const { make } = actors(plane);

    it('are refused after a few with 429 and when to try again, but not whoever was right before', async () => {
      const known = await make();
      const fresh = await make();
      expect(await status(byPassCode(known), RULE)).toBe(200);
      for (const token of [known, fresh]) {
        const guess = byPassCode({ ...token, passCode: 'wrong' });
        expect([await status(guess, RULE), await status(guess, RULE)]).toEqual([401, 401]);
        const refused = await verify(guess, RULE);
        expect(refused.status).toBe(429);
        expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      }
      expect(await status(byPassCode(known), RULE)).toBe(200);
      expect(await status(byPassCode(fresh), RULE)).toBe(429);
      expect(await status(bearer(fresh.code), RULE)).toBe(200);
      const unknown = byPassCode({ identifier: 'nobody', passCode: 'wrong' });
      expect([await status(unknown, RULE), await status(unknown, RULE), await status(unknown, RULE)]).toEqual([
        401, 401, 429,
      ]);
    });

    it('leave one audit row an hour for each token and network, which names it, and none for right or throttled ones', async () => {
      const { dataSource } = plane.cf.server;
      const rows = (): Promise<AuditRecord[]> =>
        dataSource
          .getRepository(AuditRecord)
          .find({ where: { action: 'token.password_refused' }, order: { id: 'ASC' } });
      const token = await make();
      expect(await status(byPassCode(token), RULE)).toBe(200);
      const guess = byPassCode({ ...token, passCode: 'my other secret' });
      expect([await status(guess, RULE), await status(guess, RULE), await status(guess, RULE)]).toEqual([
        401, 401, 429,
      ]);
      expect(await status(byPassCode({ identifier: 'perhaps a pass code', passCode: 'x' }), RULE)).toBe(401);
      const told = (await rows()).filter(({ targetName }) => targetName === token.identifier);
      expect(told.map((row) => [row.occurrences, row.targetName, row.accountId, row.details, row.authorId])).toEqual([
        [2, token.identifier, ACCOUNT.id, { kind: 'access_token', token_id: expect.any(String) }, null],
      ]);
      expect(JSON.stringify(await rows())).not.toMatch(/my other secret|perhaps a pass code/);
      expect(told[0]?.ipAddress).toContain('127.0.0.1');
    });
  },
  { LOGIN_FAILURES_PER_ACCOUNT: '2' },
);

dataPlaneSuite(
  'pass codes at /verify for which there is no room',
  (plane) => {
    const { make } = actors(plane);

    it('are refused with 503, and the log says so once', async () => {
      const token = await make();
      const { hashing } = servicesOf(plane.cf.server);
      const turn = { purpose: 'login', caller: ['127.0.0.0/24', '127.0.0.1'] } as const;
      const busy = Array.from({ length: 2 }, () => hashing.verifyPassword(null, hashing.newSecret(), turn));
      const warnings: string[] = [];
      const warn = (text: string): void => {
        if (text.startsWith('/verify')) warnings.push(text);
      };
      Logger.overrideLogger({ log: jest.fn(), error: jest.fn(), warn });
      const replies = await Promise.all(Array.from({ length: 8 }, () => plane.verify(byPassCode(token), RULE)));
      Logger.overrideLogger(false);
      await Promise.all(busy);
      const refused = replies.filter(({ status }) => status === 503);
      expect(refused.length).toBeGreaterThan(1);
      for (const { headers } of refused) expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
      expect(warnings[0]).toMatch(/^\/verify refused because a limit was reached: too many passwords.*PASSWORD_QUEUE/);
      // On a slow machine, one line says how many others there were.
      expect(warnings.length).toBeLessThanOrEqual(2);
    });
  },
  { PASSWORD_SLOTS: '1', PASSWORD_QUEUE: '1', BCRYPT_COST: '12' },
);
