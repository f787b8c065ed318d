/** `access/apps` and `access/policies`: the life of applications and policies, below accounts and zones. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ApplicationDirectory } from '../../../src/applications/index.js';
import {
  ANY_TOKEN,
  AUD,
  appsOf,
  idOf,
  named,
  newApplication,
  newPolicy,
  newZone,
  policiesOf,
  type Application,
  type Policy,
} from './access-support.js';
import {
  TOKEN_ID,
  UNKNOWN_ID,
  changingNothing,
  cloudflareSuite,
  invalid,
  ok,
  okList,
  refusal,
  tokenPath,
} from './support.js';

cloudflareSuite('applications', (cf) => {
  const owner = async (): Promise<string> => `/accounts/${await cf.account()}`;
  const decision = async (aud: string, token: { id: string }, accountId: string): Promise<unknown> => {
    const application = await cf.server.app.get(ApplicationDirectory).byAud(aud);
    return application?.decide({ id: token.id, accountId, kind: 'service_token' }, '192.0.2.7');
  };

  describe('below an account or one of its zones', () => {
    it.each(['account', 'zone'])('are created, listed, read, changed and deleted: %s', async (kind) => {
      const account = await cf.account();
      const zone = await newZone(cf.admin, account, `${account}.example`);
      const at = kind === 'zone' ? `/zones/${zone}` : `/accounts/${account}`;
      const body = {
        name: 'Build server',
        domain: `${account}.example/api`,
        type: 'self_hosted',
        session_duration: '1h',
        app_launcher_visible: false,
        cors_headers: { allowed_methods: ['GET'], max_age: 10 },
        read_service_tokens_from_header: 'Authorization',
      };
      const created = await newApplication(cf, at, body);
      expect(created).toMatchObject({ ...body, options_preflight_bypass: false, policies: [] });
      expect(created.id).toMatch(TOKEN_ID);
      expect(created.aud).toMatch(AUD);
      const path = `${appsOf(at)}/${created.id}`;
      expect(ok(await cf.admin.get(path))).toEqual(created);
      expect(ok(await cf.admin.get(`${appsOf(at)}/${created.id.toUpperCase()}`))).toEqual(created);
      expect(okList<Application>(await cf.admin.get(appsOf(at))).items).toEqual([created]);
      const next = { name: 'renamed', domain: `*.${account}.example`, options_preflight_bypass: true };
      const changed = ok<Application>(await cf.admin.put(path, next));
      expect(changed).toMatchObject({ ...next, id: created.id, aud: created.aud, session_duration: '24h' });
      expect(changed).not.toHaveProperty('app_launcher_visible');
      expect(idOf(await cf.admin.delete(path))).toBe(created.id);
      refusal(await cf.admin.get(path), 404, 12135);
      expect(okList(await cf.admin.get(appsOf(at))).items).toEqual([]);
    });

    it('are the same below both', async () => {
      const account = await cf.account();
      const zone = `/zones/${await newZone(cf.admin, account, `${account}.example`)}`;
      const { id } = await newApplication(cf, zone);
      expect(ok<Application>(await cf.admin.get(`${appsOf(`/accounts/${account}`)}/${id}`)).id).toBe(id);
      refusal(await cf.admin.get(`${appsOf(await owner())}/${id}`), 404, 12135);
    });
  });

  it('are found by name, domain, audience tag and search, and by the page', async () => {
    const at = await owner();
    const first = await newApplication(cf, at, { name: 'First', domain: 'one.example.com' });
    const second = await newApplication(cf, at, { name: 'Second', domain: 'two.example.com/ADMIN' });
    const found = async (query: string): Promise<string[]> =>
      okList<Application>(await cf.admin.get(`${appsOf(at)}?${query}`)).items.map(({ id }) => id);
    expect(await found('')).toEqual([first.id, second.id]);
    expect(await found('name=First')).toEqual([first.id]);
    expect(await found('domain=one.example.com')).toEqual([first.id]);
    expect(await found(`aud=${second.aud}`)).toEqual([second.id]);
    expect(await found('search=admin')).toEqual([second.id]);
    expect(await found('search=EXAMPLE')).toEqual([first.id, second.id]);
    expect(await found('name=First&domain=two.example.com')).toEqual([]);
    expect(await found('page=2&per_page=1')).toEqual([second.id]);
    expect(await found('page=3&per_page=1')).toEqual([]);
  });

  it('keep members of which the server knows nothing, but never the id or the audience tag that was sent', async () => {
    const kept = { tags: ['a'], skip_interstitial: true, custom: { deep: [1, null, 'x'] }, name: 'n' };
    const sent = { ...kept, id: UNKNOWN_ID, aud: 'a'.repeat(64), created_at: 'yesterday' };
    const created = await newApplication(cf, await owner(), sent);
    expect(created).toMatchObject(kept);
    expect(created.id).not.toBe(UNKNOWN_ID);
    expect(created.aud).not.toBe('a'.repeat(64));
  });

  it('take their name from the domain, and addresses from all members that have them', async () => {
    const directory = cf.server.app.get(ApplicationDirectory);
    const domain = `${randomUUID()}.example`;
    const { id, name } = await newApplication(cf, await owner(), {
      domain,
      self_hosted_domains: [domain, `a.${domain}`],
      destinations: [
        { type: 'public', uri: `b.${domain}/x` },
        { type: 'private', cidr: '10.0.0.0/8' },
      ],
    });
    expect(name).toBe(domain);
    for (const [host, path] of [
      [domain, '/'],
      [`a.${domain}`, '/'],
      [`b.${domain}`, '/x'],
    ] as const) {
      expect((await directory.byHost(host, path))?.id).toBe(id);
    }
    expect(await directory.byHost(`b.${domain}`, '/y')).toBeNull();
  });

  it.each<[field: string, body: object]>([
    ['domain', {}],
    ['domain', { domain: 'https://app.example.com' }],
    ['domain', { domain: 'app.example.com:8443' }],
    ['domain', { domain: '*' }],
    ['domain', { domain: 7 }],
    ['self_hosted_domains', { self_hosted_domains: 'app.example.com' }],
    ['self_hosted_domains', { self_hosted_domains: [7] }],
    ['destinations', { destinations: ['app.example.com'] }],
    ['destinations', { destinations: [{ type: 'public' }] }],
    ['name', { domain: 'a.example.com', name: '' }],
    ['name', { domain: 'a.example.com', name: 'x'.repeat(351) }],
    ['options_preflight_bypass', { domain: 'a.example.com', options_preflight_bypass: 'yes' }],
    ['options_preflight_bypass', { domain: 'a.example.com', options_preflight_bypass: true, cors_headers: {} }],
    ['service_auth_401_redirect', { domain: 'a.example.com', service_auth_401_redirect: 1 }],
    ['read_service_tokens_from_header', { domain: 'a.example.com', read_service_tokens_from_header: 'a b' }],
    ['session_duration', { domain: 'a.example.com', session_duration: '1d' }],
    ['scim_config', { domain: 'a.example.com', scim_config: { remote_uri: 'https://example.com' } }],
    ['policies', { domain: 'a.example.com', policies: {} }],
    ['policies', { domain: 'a.example.com', policies: ['x'] }],
    ['policies', { domain: 'a.example.com', policies: [{ name: 'n' }] }],
    ['policies', { domain: 'a.example.com', policies: [{ id: UNKNOWN_ID, precedence: -1 }] }],
    ['policies', { domain: 'a.example.com', policies: [{ name: 'n', decision: 'perhaps', include: [] }] }],
  ])('are refused for %s of %j', async (field, body) => {
    const at = await owner();
    invalid(await changingNothing(cf, () => cf.admin.post(appsOf(at), body)), field);
  });

  it('are refused for a type that is not served, for a foreign policy, and for two with one precedence', async () => {
    const at = await owner();
    const body = { domain: 'a.example.com', type: 'saas' };
    expect(refusal(await cf.admin.post(appsOf(at), body), 400, 12130).message).toContain(
      'app type is missing or invalid',
    );
    const { id } = await newPolicy(cf, await owner());
    expect(invalid(await cf.admin.post(appsOf(at), { domain: 'a.example.com', policies: [id] }), null)).toContain(id);
    const twice = [1, 1].map((precedence) => ({ name: 'n', decision: 'allow', include: [ANY_TOKEN], precedence }));
    expect(invalid(await cf.admin.post(appsOf(at), { domain: 'a.example.com', policies: twice }), null)).toContain(
      'policy precedences must be unique',
    );
  });

  it('have no address in a zone of another account', async () => {
    const [mine, theirs] = [await cf.account(), await cf.account()];
    await newZone(cf.admin, theirs, `${theirs}.example`);
    const body = { domain: `a.${theirs}.example` };
    const reply = await changingNothing(cf, () => cf.admin.post(appsOf(`/accounts/${mine}`), body));
    expect(invalid(reply, null)).toContain('does not belong to a zone of this account');
    const { id } = await newApplication(cf, `/accounts/${mine}`, { domain: `a.${mine}.example` });
    const moved = await changingNothing(cf, () => cf.admin.put(`${appsOf(`/accounts/${mine}`)}/${id}`, body));
    expect(invalid(moved, null)).toContain('does not belong to a zone of this account');
    await newApplication(cf, `/accounts/${theirs}`, body);
  });

  describe('policies', () => {
    it('are created, listed, read, changed and deleted, with what is not interpreted', async () => {
      const at = await owner();
      const body = {
        name: 'Somebody',
        decision: 'non_identity',
        include: [ANY_TOKEN, { email: { email: 'alice@example.com' } }, { ip: { ip: '192.0.2.0/24' } }],
        require: [{ geo: { country_code: 'GR' } }],
        exclude: [{ everyone: {} }],
        session_duration: '1h',
        approval_groups: [{ approvals_needed: 1 }],
      };
      const created = ok<Policy>(await cf.admin.post(policiesOf(at), body), 201);
      expect(created).toMatchObject({ ...body, reusable: true, app_count: 0 });
      const path = `${policiesOf(at)}/${created.id}`;
      expect(ok(await cf.admin.get(path))).toEqual(created);
      expect(okList<Policy>(await cf.admin.get(policiesOf(at))).items).toEqual([created]);
      expect(okList<Policy>(await cf.admin.get(`${policiesOf(at)}?page=2&per_page=1`)).items).toEqual([]);
      const next = { name: 'nobody', decision: 'deny', include: [ANY_TOKEN] };
      const changed = ok<Policy>(await cf.admin.put(path, next));
      expect(changed).toMatchObject({ ...next, id: created.id, require: [], exclude: [] });
      expect(changed).not.toHaveProperty('approval_groups');
      expect(idOf(await cf.admin.delete(path))).toBe(created.id);
      refusal(await cf.admin.get(path), 404, 12135);
    });

    it.each<[field: string, body: object]>([
      ['name', { name: '' }],
      ['decision', { decision: 'perhaps' }],
      ['include', { include: undefined }],
      ['include', { include: {} }],
      ['include', { include: ['everyone'] }],
      ['include', { include: [{}] }],
      ['include', { include: [{ everyone: {}, ip: { ip: '192.0.2.1' } }] }],
      ['include', { include: [{ everyone: true }] }],
      ['require', { require: [{ ip: { ip: '192.0.2.0/33' } }] }],
      ['exclude', { exclude: [{ service_token: { token_id: 'x' } }] }],
      ['session_duration', { session_duration: 'forever' }],
    ])('are refused for %s of %j', async (field, fields) => {
      const at = await owner();
      const body = { name: 'n', decision: 'non_identity', include: [ANY_TOKEN], ...fields };
      invalid(await changingNothing(cf, () => cf.admin.post(policiesOf(at), body)), field);
    });

    it('are not deleted while an application has them', async () => {
      const at = await owner();
      const { id } = await newPolicy(cf, at);
      const application = await newApplication(cf, at, { policies: [id] });
      expect(ok<Policy>(await cf.admin.get(`${policiesOf(at)}/${id}`)).app_count).toBe(1);
      refusal(await changingNothing(cf, () => cf.admin.delete(`${policiesOf(at)}/${id}`)), 400, 12139);
      ok(await cf.admin.put(`${appsOf(at)}/${application.id}`, { domain: 'a.example.com', policies: [] }));
      idOf(await cf.admin.delete(`${policiesOf(at)}/${id}`));
    });

    it('of one application are changed below it, and reusable ones are not', async () => {
      const at = await owner();
      const { id: shared } = await newPolicy(cf, at);
      const application = await newApplication(cf, at, { policies: [{ id: shared, precedence: 5 }] });
      const path = `${appsOf(at)}/${application.id}/policies`;
      const body = { name: 'own', decision: 'non_identity', include: [ANY_TOKEN] };
      const own = ok<Policy>(await cf.admin.post(path, body), 201);
      expect(own).toMatchObject({ ...body, reusable: false, precedence: 6 });
      expect(okList<Policy>(await cf.admin.get(path)).items.map(({ id }) => id)).toEqual([shared, own.id]);
      expect(okList<Policy>(await cf.admin.get(`${path}?per_page=1&page=2`)).items.map(({ id }) => id)).toEqual([
        own.id,
      ]);
      const moved = ok<Policy>(await cf.admin.put(`${path}/${own.id}`, { ...body, precedence: 1 }));
      expect(moved.precedence).toBe(1);
      expect(okList<Policy>(await cf.admin.get(path)).items.map(({ id }) => id)).toEqual([own.id, shared]);
      invalid(await cf.admin.put(`${path}/${own.id}`, { ...body, precedence: 5 }), null);
      for (const call of [cf.admin.put(`${path}/${shared}`, body), cf.admin.delete(`${path}/${shared}`)]) {
        expect(invalid(await call, null)).toContain('reusable');
      }
      refusal(await cf.admin.get(`${policiesOf(at)}/${own.id}`), 404, 12135);
      idOf(await cf.admin.delete(`${path}/${own.id}`));
      refusal(await cf.admin.get(`${path}/${own.id}`), 404, 12135);
      refusal(await cf.admin.get(`${appsOf(at)}/${UNKNOWN_ID}/policies`), 404, 12135);
    });

    it('stay when an application is changed without them', async () => {
      const at = await owner();
      const own = { name: 'own', decision: 'non_identity', include: [ANY_TOKEN] };
      const { id, policies } = await newApplication(cf, at, { policies: [own] });
      const changed = ok<Application>(await cf.admin.put(`${appsOf(at)}/${id}`, { domain: 'b.example.com' }));
      expect(changed.policies).toEqual(policies);
      const [first] = policies;
      const kept = { domain: 'b.example.com', policies: [{ ...first, name: 'renamed', precedence: 3 }] };
      const again = ok<Application>(await cf.admin.put(`${appsOf(at)}/${id}`, kept));
      expect(again.policies).toMatchObject([{ id: first?.id, name: 'renamed', precedence: 3 }]);
    });
  });

  it('decide by what was written as soon as the call returns', async () => {
    const account = await cf.account();
    const [at, token] = [`/accounts/${account}`, await cf.token(account)];
    const policy = await newPolicy(cf, at, [named(token.id)]);
    const { aud } = await newApplication(cf, at, { policies: [policy.id] });
    expect(await decision(aud, token, account)).toBe('admitted');
    const body = { name: 'n', decision: 'allow', include: [named(token.id)] };
    ok(await cf.admin.put(`${policiesOf(at)}/${policy.id}`, body));
    expect(await decision(aud, token, account)).toBe('not_admitted');
  });

  describe('a token that a policy names', () => {
    it.each(['account', 'zone'])(
      'is not deleted below its %s, until the policy does not name it any more',
      async (kind) => {
        const account = await cf.account();
        const zone = await newZone(cf.admin, account, `${account}.example`);
        const at = `/accounts/${account}`;
        const token = await cf.token(account);
        const path =
          kind === 'zone' ? `/zones/${zone}/access/service_tokens/${token.id}` : tokenPath(account, token.id);
        const policy = await newPolicy(cf, at, [named(token.id.toUpperCase())], { name: 'CI' });
        expect(policy.include).toEqual([named(token.id)]);
        const refused = refusal(await changingNothing(cf, () => cf.admin.delete(path)), 400, 12139);
        expect(refused.message).toContain('access.api.error.service_token_in_use');
        expect(refused.message).toContain(policy.id);
        expect(await cf.verdict(token.client_id, token.client_secret)).toBe('valid');
        const body = { name: 'CI', decision: 'non_identity', include: [ANY_TOKEN] };
        ok(await cf.admin.put(`${policiesOf(at)}/${policy.id}`, body));
        ok(await cf.admin.delete(path));
        const again = { ...body, include: [named(token.id)] };
        expect(invalid(await cf.admin.put(`${policiesOf(at)}/${policy.id}`, again), null)).toContain(token.id);
      },
    );
  });
});

cloudflareSuite(
  'the limits of applications and policies',
  (cf) => {
    it('name the setting, and are freed by a deletion', async () => {
      const at = `/accounts/${await cf.account()}`;
      const own = { name: 'n', decision: 'allow', include: [ANY_TOKEN] };
      const first = await newApplication(cf, at, { policies: [own, own] });
      await newApplication(cf, at);
      expect(invalid(await cf.admin.post(appsOf(at), { domain: 'a.example.com' }), null)).toContain(
        'APPLICATIONS_PER_ACCOUNT',
      );
      expect(invalid(await cf.admin.post(policiesOf(at), own), null)).toContain('POLICIES_PER_ACCOUNT');
      idOf(await cf.admin.delete(`${appsOf(at)}/${first.id}`));
      await newApplication(cf, at);
      await newPolicy(cf, at);
    });
  },
  { APPLICATIONS_PER_ACCOUNT: '2', POLICIES_PER_ACCOUNT: '2' },
);
