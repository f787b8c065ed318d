/** `access/organizations`, `access/groups`, `zones`, `user`, `memberships` and `tokens/verify`. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { newZone } from './access-support.js';
import {
  AUTHENTICATION_ERROR,
  HEX_ID,
  UNKNOWN_HEX,
  changingNothing,
  cloudflareSuite,
  invalid,
  ok,
  okList,
  refusal,
  tokensOf,
  type ServiceToken,
  type ServiceTokenWithSecret,
} from './support.js';

interface Zone {
  id: string;
  name: string;
  account: { id: string; name: string };
}

cloudflareSuite('around applications', (cf) => {
  const newName = (): string => `${randomUUID()}.example`;

  describe('the organization', () => {
    it('is 9999 until it is created, then read and changed in part', async () => {
      const account = await cf.account();
      const path = `/accounts/${account}/access/organizations`;
      for (const reply of [await cf.admin.get(path), await cf.admin.put(path, {}), await cf.admin.patch(path, {})]) {
        expect(refusal(reply, 404, 9999).message).toContain('access.api.error.not_enabled');
      }
      const domain = `Team.${newName()}`;
      const body = { name: 'Acme', auth_domain: domain, is_ui_read_only: true };
      const created = ok<object>(await cf.admin.post(path, body), 201);
      const shown = { ...body, auth_domain: domain.toLowerCase(), strict_service_token_auth: true };
      expect(created).toMatchObject(shown);
      expect(created).not.toHaveProperty('service_token_inactivity');
      refusal(await cf.admin.post(path, { ...body, auth_domain: newName() }), 409, 12132);
      const inactivity = { enabled: true, inactivity_threshold_days: 90, action: 'disable' };
      const patched = ok<object>(await cf.admin.patch(path, { service_token_inactivity: inactivity }));
      expect(patched).toMatchObject({ ...shown, service_token_inactivity: inactivity });
      const put = ok<object>(await cf.admin.put(path, { name: 'New', service_token_inactivity: { enabled: false } }));
      expect(put).toMatchObject({ ...shown, name: 'New', service_token_inactivity: { ...inactivity, enabled: false } });
      expect(ok(await cf.admin.get(path))).toEqual(put);
      const zone = await newZone(cf.admin, account, newName());
      expect(ok(await cf.admin.get(`/zones/${zone}/access/organizations`))).toEqual(put);
      const other = `/accounts/${await cf.account()}/access/organizations`;
      refusal(await cf.admin.post(other, body), 409, 12132);
    });

    it.each<[field: string, body: object]>([
      ['name', { auth_domain: 'a.example' }],
      ['auth_domain', { name: 'n' }],
      ['auth_domain', { name: 'n', auth_domain: 'https://a.example' }],
      ['strict_service_token_auth', { name: 'n', auth_domain: 'a.example', strict_service_token_auth: false }],
      ['service_token_inactivity', { name: 'n', auth_domain: 'a.example', service_token_inactivity: [] }],
      [
        'service_token_inactivity',
        { name: 'n', auth_domain: 'a.example', service_token_inactivity: { enabled: true } },
      ],
      ...[29, 366, 90.5, '90'].map((days): [string, object] => [
        'service_token_inactivity',
        {
          name: 'n',
          auth_domain: 'a.example',
          service_token_inactivity: { enabled: true, inactivity_threshold_days: days, action: 'delete' },
        },
      ]),
      [
        'service_token_inactivity',
        {
          name: 'n',
          auth_domain: 'a.example',
          service_token_inactivity: { enabled: true, inactivity_threshold_days: 30, action: 'mail' },
        },
      ],
    ])('is refused for %s of %j', async (field, body) => {
      const path = `/accounts/${await cf.account()}/access/organizations`;
      invalid(await changingNothing(cf, () => cf.admin.post(path, body)), field);
    });
  });

  it('has no groups', async () => {
    const path = `/accounts/${await cf.account()}/access/groups`;
    expect(okList(await cf.admin.get(path)).items).toEqual([]);
    expect(okList(await cf.admin.get(`${path}?page=2&per_page=10`)).items).toEqual([]);
  });

  describe('zones', () => {
    it('are created, found by name and account, read and deleted', async () => {
      const account = await cf.account();
      const name = newName();
      const created = ok<Zone>(await cf.admin.post('/zones', { name: name.toUpperCase(), account: { id: account } }));
      expect(created).toMatchObject({ name, account: { id: account }, status: 'active' });
      expect(created.id).toMatch(HEX_ID);
      const found = async (query: string): Promise<Zone[]> => okList<Zone>(await cf.admin.get(`/zones?${query}`)).items;
      expect(await found(`name=${name}`)).toEqual([created]);
      expect(await found(`name=${name}&account.id=${account}`)).toEqual([created]);
      expect(await found(`account.id=${account}&per_page=5`)).toEqual([created]);
      expect(await found(`name=${name}&account.id=${UNKNOWN_HEX}`)).toEqual([]);
      expect(ok(await cf.admin.get(`/zones/${created.id}`))).toEqual(created);
      refusal(await cf.admin.post('/zones', { name, account: { id: account } }), 409, 12132);
      expect(ok(await cf.admin.delete(`/zones/${created.id}`))).toEqual({ id: created.id });
      refusal(await cf.admin.get(`/zones/${created.id}`), 404, 7003);
    });

    it('are shown to members of their account, and look to others like those that do not exist', async () => {
      const account = await cf.account();
      const zone = await newZone(cf.admin, account, newName());
      await newZone(cf.admin, await cf.account(), newName());
      const { caller: member } = await cf.memberOf(account, 'read_only');
      const { caller: stranger } = await cf.person();
      expect(okList<Zone>(await member.get('/zones')).items.map(({ id }) => id)).toEqual([zone]);
      ok(await member.get(`/zones/${zone}`));
      expect(okList<Zone>(await stranger.get('/zones')).items).toEqual([]);
      for (const id of [zone, UNKNOWN_HEX]) {
        for (const path of [`/zones/${id}`, `/zones/${id}/access/service_tokens`, `/zones/${id}/access/apps`]) {
          expect(refusal(await stranger.get(path), 403, 10000)).toEqual(AUTHENTICATION_ERROR);
        }
      }
      refusal(await member.post(`/zones/${zone}/access/service_tokens`, { name: 'n' }), 403, 10000);
      refusal(await member.delete(`/zones/${zone}`), 403, 10000);
      refusal(await member.post('/zones', { name: newName(), account: { id: account } }), 403, 10000);
    });

    it('are refused for a name or an account that is none', async () => {
      const account = { id: await cf.account() };
      for (const name of ['', 'https://a.example', '*.example', 'a.example/x', 7]) {
        invalid(await cf.admin.post('/zones', { name, account }), 'name');
      }
      invalid(await cf.admin.post('/zones', { name: newName() }), 'account');
      invalid(await cf.admin.post('/zones', { name: newName(), account: account.id }), 'account');
      refusal(await cf.admin.post('/zones', { name: newName(), account: { id: UNKNOWN_HEX } }), 404, 7003);
    });

    it('stand for their account in all operations on service tokens', async () => {
      const account = await cf.account();
      const tokens = `/zones/${await newZone(cf.admin, account, newName())}/access/service_tokens`;
      const created = ok<ServiceTokenWithSecret>(await cf.admin.post(tokens, { name: 'CI', duration: '60m' }), 201);
      const path = `${tokens}/${created.id}`;
      expect(await cf.verdict(created.client_id, created.client_secret)).toBe('valid');
      expect(okList<ServiceToken>(await cf.admin.get(tokensOf(account))).items.map(({ id }) => id)).toEqual([
        created.id,
      ]);
      expect(okList<ServiceToken>(await cf.admin.get(`${tokens}?name=CI`)).items).toHaveLength(1);
      expect(ok<ServiceToken>(await cf.admin.get(path)).name).toBe('CI');
      expect(ok<ServiceToken>(await cf.admin.put(path, { duration: 'forever' })).duration).toBe('forever');
      ok(await cf.admin.post(`${path}/refresh`));
      const rotated = ok<ServiceTokenWithSecret>(await cf.admin.post(`${path}/rotate`));
      expect(await cf.verdict(created.client_id, rotated.client_secret)).toBe('valid');
      expect(ok<ServiceToken>(await cf.admin.delete(path)).id).toBe(created.id);
      expect(await cf.verdict(created.client_id, rotated.client_secret)).toBe('unknown');
      refusal(await cf.admin.get(path), 404, 12135);
    });
  });

  it('tells callers who they are and where they may act', async () => {
    const account = await cf.account();
    const { caller, email, userId, memberId } = await cf.memberOf(account, 'read_only');
    expect(ok(await caller.get('/user'))).toMatchObject({ id: String(userId), email, suspended: false });
    const { items } = okList(await caller.get('/memberships'));
    expect(items).toMatchObject([{ id: memberId, status: 'accepted', account: { id: account }, roles: ['read_only'] }]);
    expect(okList(await caller.get('/memberships?page=2&per_page=5')).items).toEqual([]);
    const { caller: stranger } = await cf.person();
    expect(okList(await stranger.get('/memberships')).items).toEqual([]);
  });

  it('answers 1000 for the tokens of users at the place for those of accounts', async () => {
    const account = await cf.account();
    const { caller } = await cf.memberOf(account, 'read_only');
    const path = `/accounts/${account}/tokens/verify`;
    expect(refusal(await caller.get(path), 401, 1000).message).toMatch(/^Invalid API Token/);
    refusal(await cf.holder('x'.repeat(43)).get(path), 401, 1000);
  });
});
