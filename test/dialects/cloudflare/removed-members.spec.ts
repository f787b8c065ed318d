/** Requests of members that are in progress when they lose their role, and changes that had to wait. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SYSTEM, UserDirectory, type Actor } from '../../../src/core/index.js';
import { ServiceTokenService } from '../../../src/dialects/cloudflare/service-token.service.js';
import { send } from '../../support/http.js';
import {
  cloudflareSuite,
  membersOf,
  memberPath,
  ok,
  tokenPath,
  tokensOf,
  type Account,
  type Member,
} from './support.js';

const REQUESTS = 12;

cloudflareSuite('a member who loses their role', (cf) => {
  const endings: [string, (account: string, id: string) => Promise<unknown>][] = [
    ['removed', (account, id) => cf.admin.delete(memberPath(account, id))],
    ['made read_only', (account, id) => cf.admin.put(memberPath(account, id), { roles: ['read_only'] })],
  ];

  it.each(endings)('%s, changes nothing once that has been answered', async (_how, end) => {
    const account = await cf.account();
    const member = await cf.memberOf(account, 'administrator');
    let ended = false;
    const late: number[] = [];
    const requests = Array.from({ length: REQUESTS }, async () => {
      for (let tries = 0; tries < 1000 && late.length < REQUESTS; tries += 1) {
        const sentAfterwards = ended;
        const { status } = await member.caller.post(tokensOf(account), { name: 'made by a member' });
        if (sentAfterwards) late.push(status);
      }
    });
    expect(await end(account, member.memberId)).toMatchObject({ status: 200 });
    const { total } = await tokens(account);
    ended = true;
    await Promise.all(requests);
    expect(late.length).toBeGreaterThan(0);
    expect(new Set(late)).toEqual(new Set([403]));
    // Nothing was added by requests authorized before that.
    expect((await tokens(account)).total).toBe(total);
  });

  it.each(endings)('%s, changes no token that was read for them before', async (_how, end) => {
    const account = await cf.account();
    const { email, memberId } = await cf.memberOf(account, 'administrator');
    const user = await cf.server.app.get(UserDirectory).findByEmail(email);
    const author: Actor = { ...SYSTEM, kind: 'user', userId: user?.id ?? 0 };
    const tokens = cf.server.app.get(ServiceTokenService);
    const { id } = await cf.token(account);
    await tokens.rotate(author, await tokens.get(account, id, performance.now()));
    const token = await tokens.get(account, id, performance.now());
    await end(account, memberId);
    for (const change of [
      () => tokens.rotate(author, token),
      () => tokens.update(author, token, { version: token.secretVersion + 1 }),
      () => tokens.update(author, token, { name: 'another' }),
      () => tokens.refresh(author, token),
      () => tokens.delete(author, token),
    ]) {
      await expect(change()).rejects.toMatchObject({ code: 'not_permitted' });
    }
    expect(await tokens.get(account, id, performance.now())).toEqual(token);
  });

  it('cannot become a member again by themselves', async () => {
    const account = await cf.account();
    const member = await cf.memberOf(account, 'administrator');
    const again = Array.from({ length: REQUESTS }, async () => {
      for (let tries = 0; tries < 8; tries += 1) {
        await member.caller.post(membersOf(account), { email: member.email, roles: ['administrator'] });
      }
    });
    ok(await cf.admin.delete(memberPath(account, member.memberId)));
    await Promise.all(again);
    const { result } = (await cf.admin.get(membersOf(account))).json<{ result: Member[] }>();
    expect(result.map(({ email }) => email)).toEqual([]);
  });

  it('who is removed loses their CRM logins to the account for good: they stay refused after a new invitation', async () => {
    const account = await cf.account();
    const { name: organisation } = ok<Account>(await cf.admin.get(`/accounts/${account}`));
    const member = await cf.memberOf(account, 'administrator');
    const login = await crm('authentication/token', {
      username: member.email,
      password: member.password,
      organisation,
    });
    const create = async (): Promise<string> => {
      const members = { token: login.data.token, identifier: randomUUID(), pass_code: 'pass' };
      return (await crm('access_tokens/create', members)).status.code;
    };
    const refused = 'COM.CRM.EXCEPTION.SECURITY.INVALIDTOKENEXCEPTION';
    expect(await create()).toBe('OK');
    ok(await cf.admin.delete(memberPath(account, member.memberId)));
    expect(await create()).toBe(refused);
    ok(await cf.admin.post(membersOf(account), { email: member.email, roles: ['administrator'] }));
    expect(await create()).toBe(refused);
  });

  interface CrmAnswer {
    readonly status: { readonly code: string };
    readonly data: { readonly token: string };
  }

  async function crm(method: string, members: object): Promise<CrmAnswer> {
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify(members);
    return (await send(cf.server.baseUrl, 'POST', `/crmapi/rest/v2/${method}`, { headers, body })).json();
  }

  async function tokens(account: string): Promise<{ total: number }> {
    const reply = await cf.admin.get(`${tokensOf(account)}?per_page=1`);
    return { total: reply.json<{ result_info: { total_count: number } }>().result_info.total_count };
  }

  describe('a change that waits for the row beyond the end of an overlap', () => {
    it('revives no secret that has ended in between', async () => {
      if (cf.server.engine === 'sqlite') return;
      const account = await cf.account();
      const token = await cf.token(account);
      const end = new Date(Date.now() + 1500);
      await cf.rotate(account, token.id, { previous_client_secret_expires_at: end.toISOString() });
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('valid');

      const holder = cf.server.dataSource.createQueryRunner();
      await holder.startTransaction();
      await holder.query('SELECT 1 FROM latchkey_token WHERE id = $1 FOR UPDATE', [token.id]);
      const later = new Date(Date.now() + 3_600_000).toISOString();
      const waiting = cf.admin.put(tokenPath(account, token.id), { previous_client_secret_expires_at: later });
      while (Date.now() <= end.getTime() + 50) await new Promise((resolve) => setTimeout(resolve, 25));
      await holder.commitTransaction();
      await holder.release();
      ok(await waiting);
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('wrong_secret');
    });
  });
});
