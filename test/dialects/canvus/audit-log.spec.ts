import { describe, expect, it } from '@jest/globals';
import { TOKEN_CHANGES } from '../../../src/core/index.js';
import { IDENTITY_CHANGES } from '../../../src/identity/index.js';
import { addAuditRows } from '../../support/audit-rows.js';
import { AUDIT_LOG, EVENT_KEYS, allEvents, type AuditEvent } from './audit-log-client.js';
import { itNeedsAToken, itRefusesUnusableCallers } from './common-cases.js';
import {
  PECULIAR_TEXTS,
  PERMISSION_DENIED,
  USER_TIME,
  auditRows,
  canvusSuite,
  ok,
  refusal,
  tokenPath,
  userPath,
} from './support.js';

const operation = { method: 'GET', path: () => AUDIT_LOG };

canvusSuite('GET audit-log', (canvus) => {
  const list = async (query = ''): Promise<AuditEvent[]> => ok<AuditEvent[]>(await canvus.admin.get(AUDIT_LOG + query));

  describe('200', () => {
    it('shows who did what to whom, when and from where', async () => {
      const { id: handle } = await canvus.token(1000, 'seen by many');
      const [row] = (await auditRows(canvus.server, { action: 'token.issued' })).slice(-1);
      const [event] = await list();
      expect(event).toEqual({
        action: 'create',
        author_id: 1000,
        author_name: 'Administrator',
        created_at: row?.createdAt.toISOString(),
        details: expect.any(String),
        id: row?.id,
        ip_address: '127.0.0.1',
        target_id: row?.targetId,
        target_name: 'seen by many',
        target_type: 'access-token',
      });
      expect(event?.created_at).toMatch(USER_TIME);
      expect(JSON.parse(event?.details ?? '')).toEqual({
        kind: 'personal_token',
        handle,
        user_id: 1000,
        author_token_id: row?.authorTokenId,
      });
    });

    it('shows all of them newest first, each with its keys in alphabetical order', async () => {
      await canvus.person();
      const { events } = await allEvents(canvus);
      const ids = (await auditRows(canvus.server)).map(({ id }) => id);
      expect(events.map(({ id }) => id)).toEqual(ids.reverse());
      for (const event of events) expect(Object.keys(event)).toEqual(EVENT_KEYS);
    });

    it('shows what the server itself did without an author', async () => {
      const { events } = await allEvents(canvus, { target_type: 'account' });
      expect(events.at(-1)).toMatchObject({ action: 'create', author_id: null, author_name: null, ip_address: '' });
    });

    it('has a verb and a type for every change, and keeps those of a newer version', async () => {
      const verbs: Record<string, string> = {
        'token.issued': 'create access-token',
        'token.updated': 'update access-token',
        'token.rotated': 'rotate access-token',
        'token.revoked': 'delete access-token',
        'token.adopted': 'update access-token',
        'server.tokens_imported': 'import server-config',
        'server.last_uses_collected': 'update server-config',
        'user.created': 'create user',
        'user.updated': 'update user',
        'user.approved': 'approve user',
        'user.blocked': 'block user',
        'user.unblocked': 'unblock user',
        'user.locks_cleared': 'clear locks user',
        'user.deleted': 'delete user',
        'user.erased': 'erase user',
        'user.access_ended': 'end access user',
        'user.password_changed': 'change password user',
        'user.password_change_failed': 'Change password failed user',
        'user.openid_bound': 'bind user',
        'user.openid_unbound': 'unbind user',
        'user.logged_in': 'login user',
        'user.logged_out': 'logout user',
        'user.login_failed': 'Login failed user',
        'account.created': 'create account',
        'account.updated': 'update account',
        'account.deleted': 'delete account',
        'membership.added': 'create membership',
        'membership.updated': 'update membership',
        'membership.removed': 'delete membership',
        'group.created': 'create group',
        'group.updated': 'update group',
        'group.deleted': 'delete group',
        'group.member_added': 'add member group',
        'group.member_removed': 'remove member group',
        'token.password_refused': 'Password refused access-token',
        'server.network_locks_cleared': 'clear locks server-config',
        'server.settings_changed': 'update server-config',
        'server.restored': 'restore server-config',
        'server.backed_up': 'back up server-config',
      };
      expect(Object.keys(verbs)).toEqual([...Object.keys(TOKEN_CHANGES), ...Object.keys(IDENTITY_CHANGES)]);
      const rows = [...Object.keys(verbs), 'robot.switched_on', '__proto__.constructor', 'toString'];
      await addAuditRows(
        canvus.server,
        rows.map((action) => ({ action, targetType: action.split('.', 1)[0] ?? '' })),
      );
      const shown = (await list(`?per_page=${String(rows.length)}`)).map((event) =>
        [event.action, event.target_type].join(' '),
      );
      const newer = ['robot.switched_on robot', '__proto__.constructor __proto__', 'toString toString'];
      expect(shown.reverse()).toEqual([...Object.values(verbs), ...newer]);
    });

    it.each(PECULIAR_TEXTS)('preserves names byte for byte: %s', async (_kind, text) => {
      await addAuditRows(canvus.server, [{ authorName: text.slice(0, 255), targetName: text, details: { text } }]);
      const [event] = await list('?per_page=1');
      expect(event).toMatchObject({ author_name: text.slice(0, 255), target_name: text });
      expect(JSON.parse(event?.details ?? '')).toEqual({ text });
    });

    it('is never a stream', async () => {
      const reply = await canvus.admin.get(`${AUDIT_LOG}?subscribe&per_page=1`);
      expect(ok<AuditEvent[]>(reply)).toHaveLength(1);
      expect(reply.headers['content-length']).toBeDefined();
    });

    it('finds an access token by its public id while it exists, and always by the id shown', async () => {
      const { user } = await canvus.person();
      const { id: handle } = await canvus.token(user.id, 'followed');
      await canvus.admin.patch(tokenPath(user.id, handle), { description: 'renamed' });
      const byHandle = await list(`?target_id=${handle}`);
      expect(byHandle.map(({ action, target_name: name }) => [action, name])).toEqual([
        ['update', 'renamed'],
        ['create', 'followed'],
      ]);
      ok(await canvus.admin.delete(tokenPath(user.id, handle)));
      const byId = await list(`?target_id=${String(byHandle[0]?.target_id)}`);
      expect(byId.map(({ action }) => action)).toEqual(['delete', 'update', 'create']);
      expect(JSON.parse(byId[0]?.details ?? '')).toMatchObject({ handle });
    });

    it.each(['user', 'User', 'USER'])('finds users by the type as the vendor writes it: %s', async (type) => {
      const events = await list(`?target_type=${type}&per_page=1000`);
      expect(events).toEqual((await list('?per_page=1000')).filter((event) => event.target_type === 'user'));
    });

    it.each([
      ['server-config', 'ServerConfig'],
      ['server-config', 'server_config'],
      ['access-token', 'AccessToken'],
      ['group', 'Group'],
    ])('finds %s by %s', async (shown, type) => {
      await addAuditRows(
        canvus.server,
        ['token', 'group', 'server'].map((targetType) => ({ targetType })),
      );
      const types = (await list(`?target_type=${type}`)).map((event) => event.target_type);
      expect([types.length > 0, new Set(types)]).toEqual([true, new Set([shown])]);
    });

    it('finds nothing for a type of the vendor that this server has none of', async () => {
      expect(await list('?target_type=Canvas')).toEqual([]);
    });

    it.each(['nobody', '', '0', '1000 ', 'Ä'.repeat(255)])('finds nothing for an unknown target: %s', async (id) => {
      expect(await list(`?target_id=${encodeURIComponent(id)}`)).toEqual([]);
    });
  });

  describe('400', () => {
    it.each([
      ['created_after', ['yesterday', '', '2026-13-01', '2026-02-30', '2026-01-01T25:00:00Z']],
      ['created_before', ['1', '1767225600', '2026-01', '2026-01-01 00:00:00Z', '2026-01-01T00:00:00Z\0', 'NaN']],
      ['author_id', ['me', '', '-1', '1.5', '1e3', '2147483648', '9'.repeat(50), '1000\0']],
      ['per_page', ['0', '1001', '-1', 'all', '', '1.5', '9'.repeat(50)]],
      ['target_type', ['x'.repeat(256), 'a\0b', '', 'token', 'usr', '__proto__', "' OR 1=1 --"]],
      ['target_id', ['x'.repeat(256), 'a\0b']],
      ['cursor', ['', 'x', '-1', '1.5', '1e3', '%', '2147483648', 'x'.repeat(5000)]],
      ['oldest', ['', 'x', '-1', '9'.repeat(50)]],
    ])('says what is wrong with %s', async (name, values) => {
      for (const value of values) {
        const reply = await canvus.admin.get(`${AUDIT_LOG}?${new URLSearchParams({ [name]: value }).toString()}`);
        expect([value, refusal(reply, 400)]).toEqual([value, expect.stringContaining(name)]);
      }
    });

    it.each([
      'per-page',
      'user-id',
      'start-time',
      'page',
      'filter',
      'action',
      'Author_id',
      'target_type[]',
      'x'.repeat(100),
      'x'.repeat(300),
    ])('refuses the parameter %s, which would do nothing, and names those that there are', async (name) => {
      for (const path of [AUDIT_LOG, `${AUDIT_LOG}/export-csv`]) {
        const reply = await canvus.admin.get(`${path}?${new URLSearchParams({ [name]: '1' }).toString()}`);
        const shown = name.length > 100 ? `${name.slice(0, 100)}…` : name;
        expect(refusal(reply, 400)).toContain(
          `there is no parameter ${shown} here; there are author_id, created_after, `,
        );
      }
    });

    it('refuses a filter that is given twice, and pages of the export', async () => {
      const twice = await canvus.admin.get(`${AUDIT_LOG}?author_id=1000&author_id=1001`);
      expect(refusal(twice, 400)).toBe('author_id may be given only once');
      expect(refusal(await canvus.admin.get(`${AUDIT_LOG}/export-csv?per_page=1`), 400)).toContain('per_page');
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);

    it('refuses regular users before checking the query', async () => {
      const { actor, user } = await canvus.person();
      for (const query of ['', `?author_id=${String(user.id)}`, '?per_page=wrong', '?cursor=wrong']) {
        const reply = await actor.get(AUDIT_LOG + query);
        expect([reply.status, reply.json()]).toEqual([403, PERMISSION_DENIED]);
      }
    });

    it('refuses users who are no longer administrators', async () => {
      const { actor, user } = await canvus.person({ admin: true });
      ok(await actor.get(AUDIT_LOG));
      ok(await canvus.admin.patch(userPath(user.id), { admin: false }));
      expect((await actor.get(AUDIT_LOG)).json()).toEqual(PERMISSION_DENIED);
    });
  });

  describe('405', () => {
    it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('refuses %s, because the log is read-only', async (method) => {
      const reply = await canvus.admin.send(method, AUDIT_LOG, {});
      refusal(reply, 405);
      expect(reply.headers.allow).toBe('GET, HEAD');
    });
  });
});
