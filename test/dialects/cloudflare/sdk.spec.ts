import { describe, expect, it } from '@jest/globals';
import Cloudflare from 'cloudflare';
import { ACCOUNT, ADMIN, type TestServer } from '../../support/test-server.js';
import { CLIENT_SECRET, DAY, PREFIX, cloudflareSuite, inSeconds, type ServiceToken } from './support.js';

type Credentials = { apiToken: string } | { apiEmail: string; apiKey: string };

/** The vendor's own library, configured only with the address of the server and credentials. */
const sdk = ({ baseUrl }: TestServer, credentials: Credentials = { apiToken: ADMIN.token }): Cloudflare =>
  new Cloudflare({
    apiToken: null,
    apiEmail: null,
    apiKey: null,
    userServiceKey: null,
    baseURL: baseUrl + PREFIX,
    ...credentials,
  });

/** The items of an iteration; fails the test if it does not end. */
const everything = async <T>(iteration: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = [];
  for await (const item of iteration) {
    items.push(item);
    if (items.length > 200) throw new Error('the iteration does not end');
  }
  return items;
};

const failureOf = async (call: PromiseLike<unknown>): Promise<InstanceType<typeof Cloudflare.APIError>> => {
  const outcome = await Promise.resolve(call).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Cloudflare.APIError)) throw new Error('the call did not fail as it should');
  return outcome;
};

cloudflareSuite('the npm package cloudflare', (cf) => {
  describe.each<[string, Credentials]>([
    ['an API token', { apiToken: ADMIN.token }],
    ['an e-mail address and key', { apiEmail: ADMIN.email, apiKey: ADMIN.token }],
  ])('with %s', (_name, credentials) => {
    it('handles the whole life cycle of a service token', async () => {
      const { serviceTokens } = sdk(cf.server, credentials).zeroTrust.access;
      const account_id = await cf.account();
      const created = await serviceTokens.create({ account_id, name: 'CI/CD token', duration: '8760h' });
      const { id = '', client_id: handle = '', client_secret: first = '' } = created;
      expect(created).toMatchObject({ name: 'CI/CD token', duration: '8760h', enabled: true });
      expect(first).toMatch(CLIENT_SECRET);
      expect(await cf.verdict(handle, first)).toBe('valid');

      expect(await serviceTokens.get(id, { account_id })).toMatchObject({ id, client_id: handle, name: 'CI/CD token' });
      const updated = await serviceTokens.update(id, { account_id, name: 'renamed', enabled: false });
      expect(updated).toMatchObject({ id, name: 'renamed', enabled: false, duration: '8760h' });
      expect(await cf.verdict(handle, first)).toBe('disabled');
      await serviceTokens.update(id, { account_id, enabled: true, duration: 'forever' });

      const refreshed = await serviceTokens.refresh(id, { account_id });
      expect(refreshed).toMatchObject({ id, name: 'renamed', duration: 'forever', enabled: true });
      expect(refreshed).not.toHaveProperty('client_secret');

      const end = inSeconds(Date.now() + DAY);
      const rotated = await serviceTokens.rotate(id, { account_id, previous_client_secret_expires_at: end });
      expect(rotated).toMatchObject({ id, client_id: handle, previous_client_secret_expires_at: end });
      expect(await cf.verdict(handle, first)).toBe('valid');
      const { client_secret: second = '' } = rotated;
      expect(await cf.verdict(handle, second)).toBe('valid');
      const { client_secret: third = '' } = await serviceTokens.rotate(id, { account_id });
      expect(await cf.verdict(handle, first)).toBe('wrong_secret');
      expect(await cf.verdict(handle, second)).toBe('wrong_secret');
      expect(await cf.verdict(handle, third)).toBe('valid');

      expect(await serviceTokens.delete(id, { account_id })).toMatchObject({ id, name: 'renamed' });
      expect(await cf.verdict(handle, third)).toBe('unknown');
      const gone = await failureOf(serviceTokens.get(id, { account_id }));
      expect(gone).toBeInstanceOf(Cloudflare.NotFoundError);
      expect(gone.errors).toMatchObject([{ code: 12135, message: 'access.api.error.not_found' }]);
    });
  });

  it.each([undefined, 1, 2, 5, 1000])('iterates over a whole list with per_page %s', async (perPage) => {
    const account_id = await cf.account();
    const ids: string[] = [];
    for (let made = 0; made < 5; made += 1) ids.push((await cf.token(account_id)).id);
    const query = perPage === undefined ? {} : { per_page: perPage };
    const listed = await everything(sdk(cf.server).zeroTrust.access.serviceTokens.list({ account_id, ...query }));
    expect(listed.map(({ id }) => id).sort()).toEqual(ids.sort());
  });

  it('iterates over an empty list, and filters', async () => {
    const { serviceTokens } = sdk(cf.server).zeroTrust.access;
    const account_id = await cf.account();
    expect(await everything(serviceTokens.list({ account_id }))).toEqual([]);
    await cf.token(account_id, { name: 'deploy' });
    await cf.token(account_id, { name: 'backup' });
    const named = await everything(serviceTokens.list({ account_id, name: 'deploy' }));
    const found = await everything(serviceTokens.list({ account_id, search: 'ACK', per_page: 1 }));
    expect([...named, ...found].map(({ name }) => name)).toEqual(['deploy', 'backup']);
    const page = await serviceTokens.list({ account_id, per_page: 1, page: 2 });
    expect(page.result.map(({ name }) => name)).toEqual(['backup']);
    expect(page.result_info).toMatchObject({ page: 2, per_page: 1, count: 1, total_count: 2 });
  });

  it('rotates by an update with a higher version', async () => {
    const account_id = await cf.account();
    const token = await cf.token(account_id);
    const { serviceTokens } = sdk(cf.server).zeroTrust.access;
    const updated: ServiceToken & { client_secret?: string } = (await serviceTokens.update(token.id, {
      account_id,
      client_secret_version: 2,
    })) as ServiceToken;
    expect(updated.client_secret_version).toBe(2);
    expect(await cf.verdict(token.client_id, updated.client_secret ?? '')).toBe('valid');
  });

  it('verifies a token', async () => {
    expect(await sdk(cf.server).user.tokens.verify()).toMatchObject({ id: expect.any(String), status: 'active' });
    const refused = await failureOf(sdk(cf.server, { apiToken: 'x'.repeat(43) }).user.tokens.verify());
    expect(refused).toBeInstanceOf(Cloudflare.AuthenticationError);
    expect(refused.errors).toMatchObject([{ code: 1000, message: 'Invalid API Token' }]);
  });

  it('handles accounts and iterates over all of them', async () => {
    const { accounts } = sdk(cf.server);
    const created = await accounts.create({ name: `By SDK ${String(Date.now())}`, type: 'standard' });
    expect(await accounts.get({ account_id: created.id })).toEqual(created);
    const name = `${created.name}, renamed`;
    const renamed = await accounts.update({ account_id: created.id, id: created.id, name, type: 'standard' });
    expect(renamed).toEqual({ ...created, name });
    const whole = (await everything(accounts.list())).map(({ id }) => id);
    expect(whole).toEqual(expect.arrayContaining([ACCOUNT.id, created.id]));
    expect((await everything(accounts.list({ per_page: 2 }))).map(({ id }) => id)).toEqual(whole);
    expect((await everything(accounts.list({ direction: 'desc' }))).map(({ id }) => id)).toEqual([...whole].reverse());
    expect(await everything(accounts.list({ name }))).toEqual([renamed]);
    expect(await accounts.delete({ account_id: created.id })).toEqual({ id: created.id });
    expect(await failureOf(accounts.get({ account_id: created.id }))).toBeInstanceOf(Cloudflare.NotFoundError);
  });

  it('handles members and iterates over all of them', async () => {
    const { members } = sdk(cf.server).accounts;
    const account_id = await cf.account();
    const { email, key } = await cf.person();
    const { memberId } = await cf.memberOf(account_id, 'read_only');
    const added = await members.create({ account_id, email, roles: ['read_only'] });
    const id = added.id ?? '';
    expect(added).toMatchObject({ email, status: 'accepted', roles: [{ id: 'read_only' }] });
    expect(await members.get(id, { account_id })).toEqual(added);

    const theirs = sdk(cf.server, { apiToken: key }).zeroTrust.access.serviceTokens;
    const refused = await failureOf(theirs.create({ account_id, name: 'n' }));
    expect(refused).toBeInstanceOf(Cloudflare.PermissionDeniedError);
    expect(refused.errors).toMatchObject([{ code: 10000, message: 'Authentication error' }]);
    const [role] = added.roles ?? [];
    if (!role) throw new Error('a member without a role');
    const updated = await members.update(id, { account_id, roles: [{ ...role, id: 'administrator' }] });
    expect(updated.roles).toMatchObject([{ id: 'administrator' }]);
    expect(await theirs.create({ account_id, name: 'n' })).toMatchObject({ name: 'n' });

    const listed = await everything(members.list({ account_id, per_page: 1 }));
    expect(listed.map((member) => member.id).sort()).toEqual([id, memberId].sort());
    expect(await members.delete(id, { account_id })).toEqual({ id });
    expect(await everything(members.list({ account_id }))).toHaveLength(1);
  });

  it('shows what is wrong with a request', async () => {
    const { serviceTokens } = sdk(cf.server).zeroTrust.access;
    const failed = await failureOf(serviceTokens.create({ account_id: ACCOUNT.id, name: 'n', duration: '1d' }));
    expect(failed).toBeInstanceOf(Cloudflare.BadRequestError);
    expect(failed.errors).toMatchObject([{ code: 12130, source: { pointer: '/duration' } }]);
  });

  it.each(['account_id', 'zone_id'])('drives applications and policies by %s', async (by) => {
    const account = await cf.account();
    const client = sdk(cf.server);
    const { access } = client.zeroTrust;
    const zone = await client.zones.create({ account: { id: account }, name: `${account}.example`, type: 'full' });
    const at = by === 'zone_id' ? { zone_id: zone.id } : { account_id: account };
    const token = await access.serviceTokens.create({ ...at, name: 'CI' });
    const include = [{ service_token: { token_id: token.id ?? '' } }];
    const policy = await access.policies.create({
      account_id: account,
      name: 'CI',
      decision: 'non_identity',
      include,
    });
    const { id: policyId = '' } = policy;
    const made = { type: 'self_hosted', domain: `app.${account}.example`, name: 'App' } as const;
    const application = await access.applications.create({
      ...at,
      ...made,
      policies: [{ id: policyId, precedence: 1 }],
    });
    const { id = '' } = application;
    expect(application).toMatchObject({ ...made, policies: [{ id: policyId, precedence: 1, include }] });
    const own = await access.applications.policies.create(id, {
      ...at,
      name: 'own',
      decision: 'allow',
      include: [{ everyone: {} }],
    });
    expect(await everything(access.applications.policies.list(id, at))).toHaveLength(2);
    expect(await access.applications.policies.get(own.id ?? '', { app_id: id, ...at })).toMatchObject({ name: 'own' });
    await access.applications.policies.delete(own.id ?? '', { app_id: id, ...at });
    expect(await everything(access.applications.list(at))).toMatchObject([{ id }]);
    expect(await access.applications.get(id, at)).toMatchObject(made);
    const inUse = await failureOf(access.serviceTokens.delete(token.id ?? '', at));
    expect(inUse.errors).toMatchObject([{ code: 12139 }]);
    const renamed = await access.applications.update(id, { ...at, ...made, name: 'Renamed' });
    expect(renamed).toMatchObject({ name: 'Renamed', policies: [{ id: policyId }] });
    await access.applications.delete(id, at);
    await access.policies.delete(policyId, { account_id: account });
    await access.serviceTokens.delete(token.id ?? '', at);
    expect(await everything(access.policies.list({ account_id: account }))).toEqual([]);
    expect(await everything(access.groups.list(at))).toEqual([]);
    expect(await everything(client.zones.list({ name: `${account}.example` }))).toMatchObject([{ id: zone.id }]);
  });

  it('drives the organization, and finds out who calls', async () => {
    const client = sdk(cf.server);
    const { organizations } = client.zeroTrust;
    const account_id = await cf.account();
    const missing = await failureOf(organizations.list({ account_id }));
    expect(missing.errors).toMatchObject([{ code: 9999 }]);
    const auth_domain = `${account_id}.team.example`;
    await organizations.create({ account_id, name: 'Team', auth_domain });
    expect(await organizations.update({ account_id, name: 'New' })).toMatchObject({ name: 'New', auth_domain });
    expect(await organizations.list({ account_id })).toMatchObject({ name: 'New' });
    expect(await client.user.get()).toMatchObject({ email: ADMIN.email });
    expect(await everything(client.memberships.list())).toBeDefined();
    expect((await failureOf(client.accounts.tokens.verify({ account_id }))).errors).toMatchObject([{ code: 1000 }]);
  });
});
