import { afterEach, describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import type { Reply } from '../../support/http.js';
import { itNeedsAToken, itRefusesUnusableCallers, type Operation } from './common-cases.js';
import { PERMISSION_DENIED, UNKNOWN_TOKEN, auditRows, canvusSuite, ok, refusal, stored } from './support.js';

interface Config {
  access?: string;
  authentication: {
    domain_allow_list?: string[];
    password: Record<string, unknown>;
    require_admin_approval?: boolean;
  };
  server_name: string;
  external_url: string;
}

const forEverybody = {
  authentication: {
    password: { enabled: true, min_length: expect.any(Number), sign_up_enabled: false },
    qr_code: { enabled: false },
    saml: {
      acs_url: '',
      enabled: false,
      idp_cert_finger_print: '',
      idp_entity_id: '',
      idp_target_url: '',
      name_id_format: '',
      sign_up_enabled: false,
      sp_entity_id: '',
    },
  },
  external_url: expect.any(String),
  server_name: expect.any(String),
};

canvusSuite('GET server-config', (canvus) => {
  describe('200', () => {
    it('shows only the public part to everyone', async () => {
      const { actor } = await canvus.person();
      const blocked = await canvus.person({ blocked: true });
      const unknown = canvus.holder(UNKNOWN_TOKEN);
      for (const caller of [canvus.anonymous, canvus.holder(''), unknown, actor, blocked.actor]) {
        expect(ok(await caller.get('/server-config'))).toEqual(forEverybody);
      }
    });

    it('shows administrators everything', async () => {
      const config = ok<Config>(await canvus.admin.get('/server-config'));
      expect(config).toMatchObject({
        ...forEverybody,
        access: 'rw',
        authentication: { ...forEverybody.authentication, domain_allow_list: [], require_admin_approval: false },
      });
      const { email } = config as unknown as { email: Record<string, unknown> };
      expect(Object.keys(email).every((key) => /^(mail|smtp)_/.test(key))).toBe(true);
      expect(email.smtp_password).toBe('');
    });
  });
});

const operation: Operation = {
  method: 'PATCH',
  path: () => '/server-config',
  body: { server_name: 'Not to be' },
};

canvusSuite('PATCH server-config', (canvus) => {
  const current = async (): Promise<Config> => ok<Config>(await canvus.admin.get('/server-config'));

  describe('200', () => {
    it('changes what is given, keeps the rest, and returns everything', async () => {
      const before = await current();
      const changed = ok<Config>(await canvus.admin.patch('/server-config', { server_name: '🔑 Tower' }));
      expect(changed).toEqual({ ...before, server_name: '🔑 Tower' });
      expect(await current()).toEqual(changed);
      expect(ok<Config>(await canvus.anonymous.get('/server-config')).server_name).toBe('🔑 Tower');
    });

    it('changes nested settings without affecting others', async () => {
      const before = await current();
      const patch = { authentication: { require_admin_approval: true, password: { min_length: 8 } } };
      const changed = ok<Config>(await canvus.admin.patch('/server-config', patch));
      expect(changed.authentication.require_admin_approval).toBe(true);
      expect(changed.authentication.password).toEqual({ ...before.authentication.password, min_length: 8 });
      ok(await canvus.admin.patch('/server-config', before));
      expect(await current()).toEqual(before);
    });

    it('accepts its own answer, including unknown members, and writes nothing', async () => {
      const config = await current();
      const before = await stored(canvus.server, { tables: ['audit'] });
      ok(await canvus.admin.patch('/server-config', { ...config, something: 'else' }));
      ok(await canvus.admin.patch('/server-config', {}));
      ok(await canvus.admin.patch('/server-config'));
      expect(await stored(canvus.server, { tables: ['audit'] })).toEqual(before);
      expect(await current()).toEqual(config);
    });

    it('is audited with the fields', async () => {
      ok(await canvus.admin.patch('/server-config', { external_url: 'https://tokens.example.com' }));
      const row = (await auditRows(canvus.server)).at(-1);
      expect(row).toMatchObject({ action: 'server.settings_changed', authorId: 1000, targetType: 'server' });
      expect(row?.details).toEqual({ fields: ['externalUrl'] });
    });
  });

  describe('authentication.domain_allow_list', () => {
    const allow = async (...domains: string[]): Promise<Config> =>
      ok<Config>(await canvus.admin.patch('/server-config', { authentication: { domain_allow_list: domains } }));
    afterEach(() => allow());

    it('is set by the command that the vendor documents', async () => {
      const command = { authentication: { domain_allow_list: ['example.com'], password: { sign_up_enabled: false } } };
      const { authentication } = ok<Config>(await canvus.admin.patch('/server-config', command));
      expect(authentication.domain_allow_list).toEqual(['example.com']);
      expect((await current()).authentication).toEqual(authentication);
      const row = (await auditRows(canvus.server)).at(-1);
      expect(row?.details).toEqual({ fields: ['domainAllowList'] });
    });

    it('holds for new users and new addresses; those that users have already stay', async () => {
      const { user } = await canvus.person();
      expect((await allow('Elsewhere.example', 'b\u00fccher.example')).authentication.domain_allow_list).toEqual([
        'elsewhere.example',
        'xn--bcher-kva.example',
      ]);
      const before = await stored(canvus.server);
      const create = (email: string): Promise<Reply> => canvus.admin.post('/users', { email, name: 'New' });
      for (const email of ['new@example.com', 'new@sub.elsewhere.example', 'elsewhere.example@example.com']) {
        expect(refusal(await create(email), 400)).toContain('elsewhere.example, xn--bcher-kva.example');
      }
      const path = `/users/${String(user.id)}`;
      refusal(await canvus.admin.patch(path, { email: 'moved@example.com' }), 400);
      expect(await stored(canvus.server)).toEqual(before);
      ok(await create('new@ELSEWHERE.example'));
      ok(await create('new@b\u00fccher.example'));
      ok(await canvus.admin.patch(path, { name: 'Renamed', email: user.email.toUpperCase() }));
      ok(await canvus.admin.patch(path, { email: 'moved@elsewhere.example' }));
    });

    it('lets everybody in when it is empty, or has the wildcard of the vendor’s server', async () => {
      for (const domains of [[], ['*'], ['elsewhere.example', '*']]) {
        await allow(...domains);
        await canvus.person();
      }
    });
  });

  describe('400', () => {
    const FAULTS: [path: string, fault: object][] = [
      ['server_name', { server_name: 5 }],
      ['server_name', { server_name: '' }],
      ['server_name', { server_name: 'n'.repeat(256) }],
      ['server_name', { server_name: null }],
      ['external_url', { external_url: 'javascript:alert(1)' }],
      ['external_url', { external_url: 'tokens.example.com' }],
      ['authentication', { authentication: true }],
      ['authentication', { authentication: [] }],
      ['authentication.password', { authentication: { password: null } }],
      ['authentication.password.enabled', { authentication: { password: { enabled: 'no' } } }],
      ['authentication.password.min_length', { authentication: { password: { min_length: 0 } } }],
      ['authentication.password.min_length', { authentication: { password: { min_length: 8.5 } } }],
      ['authentication.password.min_length', { authentication: { password: { min_length: 73 } } }],
      ['authentication.password.min_length', { authentication: { password: { min_length: '8' } } }],
      ['authentication.require_admin_approval', { authentication: { require_admin_approval: 1 } }],
      ['authentication.saml.enabled', { authentication: { saml: { enabled: true } } }],
      ...[null, 'example.com', [5], [''], ['a b'], ['x@example.com'], ['*.example.com']].map(
        (list): [string, object] => [
          'authentication.domain_allow_list',
          { authentication: { domain_allow_list: list } },
        ],
      ),
      ['authentication.password.sign_up_enabled', { authentication: { password: { sign_up_enabled: true } } }],
      ['email.smtp_host', { email: { smtp_host: 'mail.example.com' } }],
      ['access', { access: 'ro' }],
    ];

    it('names what is wrong, and changes nothing, not even the valid members', async () => {
      const before = await stored(canvus.server);
      await eachAtOnce(FAULTS, async ([path, fault]) => {
        const reply = await canvus.admin.patch('/server-config', { server_name: 'Good', ...fault });
        expect(refusal(reply, 400)).toContain(path);
      });
      expect(await stored(canvus.server)).toEqual(before);
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);

    it('refuses regular users, whatever they send', async () => {
      const { actor } = await canvus.person();
      const before = await stored(canvus.server);
      for (const body of [operation.body, {}, 'no JSON']) {
        const reply = await actor.patch('/server-config', body);
        expect(reply.status).toBe(403);
        expect(reply.json()).toEqual(PERMISSION_DENIED);
      }
      expect(await stored(canvus.server)).toEqual(before);
    });
  });
});
