/** The life of tokens of every kind by Latchkey's own API (docs/contracts/latchkey.md §2). */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AuditRecord } from '../../../src/core/index.js';
import { onBothEngines } from '../../support/engines.js';
import { send, type Reply } from '../../support/http.js';
import { ACCOUNT, ADMIN, startInMount, type TestServer } from '../../support/test-server.js';
import { AS_ADMIN, ask, bearer, faultOf, logIn, problemOf } from './support.js';
import { newAccessToken, newPolicy, type TokenBody, type WithSecret } from './tokens.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LIFE = ['rename', 'rotate', 'renew', 'disable', 'revoke', 'change_scopes'];

onBothEngines('a token', (engine) => {
  let server: TestServer;
  const call = (method: string, path: string, body?: unknown): Promise<Reply> => ask(server, method, path, { body });
  const create = async (body: object): Promise<WithSecret> => {
    const reply = await call('POST', '/tokens', body);
    expect([reply.status, reply.text]).toEqual([201, expect.any(String)]);
    return reply.json<WithSecret>();
  };
  const service = (more: object = {}): Promise<WithSecret> =>
    create({ kind: 'service_token', account_id: ACCOUNT.id, name: 'CI', ...more });
  const personal = (more: object = {}): Promise<WithSecret> =>
    create({ kind: 'personal_token', name: 'Laptop', ...more });
  const isAccepted = async ({ headers }: Pick<WithSecret, 'headers'>): Promise<boolean> =>
    (await send(server.baseUrl, 'GET', '/verify', { headers })).status === 200;
  const now = (): number => server.clock.now().getTime();
  const at = (milliseconds: number): string => new Date(now() + milliseconds).toISOString();

  beforeAll(async () => {
    server = await startInMount(engine, { VERIFY_WITHOUT_ACCOUNT: 'true' });
  });
  afterAll(() => server.close());

  it('of an account is created with its secret, and shown without', async () => {
    const reply = await call('POST', '/tokens', { kind: 'service_token', account_id: ACCOUNT.id, name: 'CI' });
    const { token, secret, headers } = reply.json<WithSecret>();
    expect(reply.headers).toMatchObject({
      'cache-control': 'no-store',
      location: expect.stringMatching(`/${token.id}$`),
    });
    expect(headers).toEqual({
      'CF-Access-Client-Id': secret.client_id,
      'CF-Access-Client-Secret': secret.client_secret,
    });
    expect(token).toEqual({
      id: expect.any(String),
      kind: 'service_token',
      name: 'CI',
      account: { id: ACCOUNT.id, name: ACCOUNT.name },
      owner: null,
      created_by: { id: '1000', name: 'Administrator', email: ADMIN.email },
      client_id: secret.client_id,
      handle: expect.stringMatching(/^….{3}\.access$/),
      scopes: null,
      state: 'active',
      created_at: expect.any(String),
      updated_at: expect.any(String),
      expires_at: expect.any(String),
      version: 1,
      last_use: null,
      overlap: null,
      permissions: LIFE,
    });
    expect((await call('GET', `/tokens/${token.id}`)).json()).toEqual(token);
    expect(await isAccepted({ headers })).toBe(true);
  });

  it('of a person is created for oneself, and by administrators for others', async () => {
    const { token, secret, headers } = await personal();
    expect(token).toMatchObject({
      kind: 'personal_token',
      owner: { id: '1000' },
      account: null,
      expires_at: null,
      client_id: null,
      permissions: LIFE,
    });
    expect(headers).toEqual({ Authorization: `Bearer ${secret.token ?? ''}` });
    expect(await isAccepted({ headers })).toBe(true);
    expect(faultOf(await call('POST', '/tokens', { kind: 'personal_token', name: 'x', owner_id: 'x' }))).toBe(
      '#/owner_id',
    );
    expect((await call('POST', '/tokens', { kind: 'personal_token', name: 'x', owner_id: '999999' })).status).toBe(404);
  });

  it('expires as one says', async () => {
    const until = at(30 * DAY_MS);
    const [byTime, byDuration, never] = [
      await personal({ expires_at: until }),
      await service({ duration: '720h' }),
      await service({ expires_at: null }),
    ];
    expect(byTime.token.expires_at).toBe(until);
    const end = Date.parse(byDuration.token.expires_at ?? '');
    expect(end - now()).toBeGreaterThan(30 * DAY_MS - 10_000);
    expect(end - now()).toBeLessThanOrEqual(30 * DAY_MS);
    expect(never.token.expires_at).toBe(null);
    const soon = await personal({ duration: '1h' });
    server.clock.advance(2 * HOUR_MS);
    expect(await isAccepted(soon)).toBe(false);
    expect((await call('GET', `/tokens/${soon.token.id}`)).json()).toMatchObject({ state: 'expired' });
  });

  it.each<[string, object, string | undefined]>([
    ['an unknown kind', { kind: 'session', name: 'x' }, '#/kind'],
    ['a kind that is not issued here', { kind: 'access_token', name: 'x' }, '#/kind'],
    ['no name', { kind: 'personal_token' }, '#/name'],
    ['a name that is too long', { kind: 'service_token', account_id: ACCOUNT.id, name: 'x'.repeat(351) }, '#/name'],
    ['no account', { kind: 'service_token', name: 'x' }, '#/account_id'],
    ['an account that is not there', { kind: 'service_token', name: 'x', account_id: 'b'.repeat(32) }, '#/account_id'],
    ['an account for a person', { kind: 'personal_token', name: 'x', account_id: ACCOUNT.id }, '#/account_id'],
    [
      'an owner for an account',
      { kind: 'service_token', name: 'x', account_id: ACCOUNT.id, owner_id: '1000' },
      '#/owner_id',
    ],
    ['a time that is over', { kind: 'personal_token', name: 'x', expires_at: '2020-01-01T00:00:00Z' }, '#/expires_at'],
    ['no time', { kind: 'personal_token', name: 'x', expires_at: 'tomorrow' }, '#/expires_at'],
    ['no duration', { kind: 'personal_token', name: 'x', duration: '30 days' }, '#/duration'],
    ['a duration without end', { kind: 'personal_token', name: 'x', duration: '2562047h' }, undefined],
    ['two ends', { kind: 'personal_token', name: 'x', duration: '1h', expires_at: null }, '#/duration'],
    ['a misspelt member', { kind: 'personal_token', name: 'x', expire_at: null }, '#/expire_at'],
  ])('is not created with %s', async (_what, body, fault) => {
    const reply = await call('POST', '/tokens', body);
    if (fault === undefined) expect(reply.status).toBe(201);
    else expect([reply.status, faultOf(reply)]).toEqual([400, fault]);
  });

  it('is renamed, disabled, enabled, and revoked', async () => {
    for (const made of [await service(), await personal()]) {
      const path = `/tokens/${made.token.id}`;
      expect((await call('PATCH', path, { name: 'Other' })).json()).toMatchObject({ name: 'Other', state: 'active' });
      const disabled = (await call('PATCH', path, { disabled: true })).json<TokenBody>();
      expect([disabled.state, disabled.permissions]).toEqual([
        'disabled',
        ['rename', 'rotate', 'renew', 'enable', 'revoke', 'change_scopes'],
      ]);
      expect(await isAccepted(made)).toBe(false);
      await call('PATCH', path, { disabled: false });
      expect(await isAccepted(made)).toBe(true);
      const revoked = await call('DELETE', path);
      expect([revoked.status, revoked.text]).toEqual([204, '']);
      expect(await isAccepted(made)).toBe(false);
      expect(problemOf(await call('GET', path)).slice(0, 2)).toEqual(['not-found', 404]);
    }
  });

  it('is rotated, at once or with an overlap, which is moved and ended', async () => {
    for (const made of [await service(), await personal()]) {
      const path = `/tokens/${made.token.id}`;
      const second = (await call('POST', `${path}/rotate`, {})).json<WithSecret>();
      expect([second.token.id, second.token.version, second.token.overlap]).toEqual([made.token.id, 2, null]);
      expect([await isAccepted(made), await isAccepted(second)]).toEqual([false, true]);
      expect(problemOf(await call('POST', `${path}/overlap/end`)).slice(0, 2)).toEqual(['conflict', 409]);

      const third = (await call('POST', `${path}/rotate`, { overlap: '168h' })).json<WithSecret>();
      expect(Date.parse(third.token.overlap?.ends_at ?? '') - now()).toBeGreaterThan(7 * DAY_MS - 10_000);
      const started = third.token.overlap?.started_at ?? '';
      expect(now() - Date.parse(started)).toBeLessThan(10_000);
      expect(third.token.permissions).toContain('end_overlap');
      expect([await isAccepted(second), await isAccepted(third)]).toEqual([true, true]);

      const end = at(HOUR_MS);
      await call('PATCH', path, { name: 'Renamed since' });
      expect((await call('PATCH', `${path}/overlap`, { ends_at: end })).json()).toMatchObject({
        overlap: { started_at: started, ends_at: end },
      });
      const ended = (await call('POST', `${path}/overlap/end`)).json<TokenBody>();
      expect(ended.overlap).toBe(null);
      expect([await isAccepted(second), await isAccepted(third)]).toEqual([false, true]);
    }
  });

  it.each<[string, object, string]>([
    ['an overlap that is none', { overlap: 'a week' }, '#/overlap'],
    ['an end that is over', { previous_secret_expires_at: '2020-01-01T00:00:00Z' }, '#/previous_secret_expires_at'],
    ['both', { overlap: '1h', previous_secret_expires_at: '2099-01-01T00:00:00Z' }, '#/overlap'],
  ])('is not rotated with %s', async (_what, body, fault) => {
    const { token, ...made } = await personal();
    expect(faultOf(await call('POST', `/tokens/${token.id}/rotate`, body))).toBe(fault);
    expect(await isAccepted(made)).toBe(true);
  });

  it('is rotated by one of two who ask at the same time', async () => {
    for (const { token } of [await service(), await personal()]) {
      const both = await Promise.all([1, 2, 3].map(() => call('POST', `/tokens/${token.id}/rotate`, {})));
      const secrets = both.filter(({ status }) => status === 200);
      expect(both.every(({ status }) => status === 200 || status === 409)).toBe(true);
      const { version } = (await call('GET', `/tokens/${token.id}`)).json<TokenBody>();
      expect(version).toBe(1 + secrets.length);
    }
  });

  it('is renewed, by what one says or as long as it was issued for', async () => {
    const [made, own] = [await service({ duration: '1h' }), await personal({ duration: '1h' })];
    server.clock.advance(2 * HOUR_MS);
    const renewed = (await call('POST', `/tokens/${made.token.id}/renew`)).json<TokenBody>();
    expect(renewed).toMatchObject({ state: 'active' });
    expect(Date.parse(renewed.expires_at ?? '') - now()).toBeLessThanOrEqual(HOUR_MS);
    expect(problemOf(await call('POST', `/tokens/${own.token.id}/renew`)).slice(0, 2)).toEqual([
      'invalid-request',
      400,
    ]);
    const longer = await call('POST', `/tokens/${own.token.id}/renew`, { duration: '720h' });
    expect(longer.json()).toMatchObject({ state: 'active' });
    const never = await call('POST', `/tokens/${made.token.id}/renew`, { expires_at: null });
    expect(never.json()).toMatchObject({ expires_at: null });
    expect(await isAccepted(own)).toBe(true);
  });

  it('of another kind is disabled, enabled and revoked, and its code is not shown', async () => {
    const { id, code } = await newAccessToken(server);
    const reply = await call('GET', `/tokens/${id}`);
    expect(reply.json()).toMatchObject({
      kind: 'access_token',
      handle: 'No. 1',
      permissions: ['disable', 'revoke', 'change_scopes'],
    });
    expect(reply.text).not.toContain(code);
    const found = await call('GET', `/tokens?q=${code}`);
    expect(found.json()).toMatchObject({ items: [] });
    for (const [body, path] of [
      [{ name: 'x' }, ''],
      [{}, '/rotate'],
      [{ duration: '1h' }, '/renew'],
    ] as const) {
      const refused = await call(path === '' ? 'PATCH' : 'POST', `/tokens/${id}${path}`, body);
      expect(problemOf(refused).slice(0, 2)).toEqual(['invalid-request', 400]);
    }
    expect((await call('PATCH', `/tokens/${id}`, { disabled: true })).json()).toMatchObject({ state: 'disabled' });
    expect((await call('PATCH', `/tokens/${id}`, { disabled: false })).json()).toMatchObject({ state: 'active' });
    expect((await call('DELETE', `/tokens/${id}`)).status).toBe(204);
  });

  it('that a policy names is not revoked', async () => {
    const { token } = await service();
    await newPolicy(server, token.id);
    const reply = await call('DELETE', `/tokens/${token.id}`);
    expect(problemOf(reply)).toEqual(['conflict', 409, expect.stringContaining('change or delete that first')]);
  });

  it('of a person ends the logins that were made with it, when it is rotated at once or disabled', async () => {
    for (const change of ['rotate', 'disable']) {
      const { token, secret } = await personal();
      const { headers } = await logIn(server, { token: secret.token });
      const me = async (): Promise<number> => (await ask(server, 'GET', '/me', { headers })).status;
      expect(await me()).toBe(200);
      if (change === 'rotate') {
        await call('POST', `/tokens/${token.id}/rotate`, { overlap: '1h' });
        expect(await me()).toBe(200);
        await call('POST', `/tokens/${token.id}/rotate`, {});
      } else {
        await call('PATCH', `/tokens/${token.id}`, { disabled: true });
      }
      expect(await me()).toBe(401);
    }
  });

  it('of a person may be the one with which it is rotated', async () => {
    const { token, secret } = await personal();
    const reply = await ask(server, 'POST', `/tokens/${token.id}/rotate`, {
      headers: bearer(secret.token ?? ''),
      body: {},
    });
    const { secret: next } = reply.json<WithSecret>();
    expect((await ask(server, 'GET', '/me', { headers: bearer(secret.token ?? '') })).status).toBe(401);
    expect((await ask(server, 'GET', '/me', { headers: bearer(next.token ?? '') })).status).toBe(200);
  });

  it('leaves an audit row for each change, of the types that every API has', async () => {
    const { token } = await personal();
    const path = `/tokens/${token.id}`;
    await call('PATCH', path, { name: 'Other' });
    await call('POST', `${path}/rotate`, {});
    await call('DELETE', path);
    const rows = await server.dataSource.manager.find(AuditRecord, {
      where: { targetId: token.id },
      order: { id: 'ASC' },
    });
    expect(rows.map(({ action, authorId }) => [action, authorId])).toEqual(
      ['token.issued', 'token.updated', 'token.rotated', 'token.revoked'].map((action) => [action, ADMIN.id]),
    );
  });

  it('whose id is none is not there', async () => {
    for (const id of ['x', 'X'.repeat(36), '0199a2b3-c4d5-4e6f-8a7b-9c0d1e2f3a4b']) {
      expect(problemOf(await call('GET', `/tokens/${id}`)).slice(0, 2)).toEqual(['not-found', 404]);
    }
    const { headers } = await logIn(server);
    const logins = (await ask(server, 'GET', '/tokens?kind=session', { headers: AS_ADMIN })).status;
    expect([logins, (await ask(server, 'GET', '/tokens', { headers })).status]).toEqual([400, 200]);
  });
});
