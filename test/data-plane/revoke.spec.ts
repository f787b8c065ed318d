import { describe, expect, it } from '@jest/globals';
import { AuditRecord } from '../../src/core/index.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import { describeForms } from './form-cases.js';
import {
  UNKNOWN_USER_TOKEN,
  basic,
  bearer,
  canvus,
  severalAccountsSuite,
  oauthError,
  pair,
  privately,
  sendForm,
  tokenPath,
  type Headers,
} from './support.js';

const HOUR = 3_600_000;

severalAccountsSuite('POST /oauth2/revoke', (plane) => {
  const { cf, status, login, crmLogin } = plane;

  /** The status of the answer; the body of a success is empty. */
  const revoke = async (caller: Headers, token: string, more: Headers = {}): Promise<number> => {
    const reply = await sendForm(cf, 'revoke', caller, { token, ...more });
    if (reply.status === 200) {
      expect([reply.text, reply.headers['cache-control']]).toEqual(['{}', 'no-store']);
    } else {
      expect(oauthError(reply, 400)).toBe('unauthorized_client');
    }
    return reply.status;
  };

  const auditOf = (targetId: string): Promise<AuditRecord[]> =>
    cf.server.dataSource.getRepository(AuditRecord).find({ where: { targetId, action: 'token.revoked' } });

  describe('200', () => {
    it('ends a service token for its own service at once, with an audit row that names it', async () => {
      const token = await cf.token(ACCOUNT.id, { name: 'by itself' });
      expect(await status(pair(token))).toBe(200);
      expect(await revoke(basic(token), token.client_secret)).toBe(200);
      expect(await status(pair(token))).toBe(401);
      expect((await cf.admin.get(tokenPath(ACCOUNT.id, token.id))).status).toBe(404);
      const [row, ...more] = await auditOf(token.id);
      expect(more).toEqual([]);
      expect(row).toMatchObject({
        authorId: null,
        authorName: 'by itself',
        authorTokenId: token.id,
        ipAddress: '127.0.0.1',
        accountId: ACCOUNT.id,
      });
    });

    it('ends a service token for an administrator of its account, and of the server, with either secret', async () => {
      const account = await cf.account();
      const member = await cf.memberOf(account, 'administrator');
      for (const caller of [bearer(member.key), bearer(await login(member)), bearer(ADMIN.token)]) {
        const old = await cf.token(account);
        const until = { previous_client_secret_expires_at: new Date(Date.now() + HOUR).toISOString() };
        const token = await cf.rotate(account, old.id, until);
        expect(await status(pair(token))).toBe(200);
        expect(await revoke(caller, old.client_secret)).toBe(200);
        expect([await status(pair(token)), await status(pair(old))]).toEqual([401, 401]);
        expect(await auditOf(token.id)).toHaveLength(1);
      }
    });

    it('ends a personal token for its user, including the one they present, and the logins created with it', async () => {
      const person = await cf.person();
      const born = (await canvus(cf.server, 'POST', '/users/login', { token: person.key })) as { token: string };
      const session = await login(person);
      for (const token of [person.key, born.token, session]) expect(await status(privately(token))).toBe(200);
      expect(await revoke(bearer(person.key), person.key)).toBe(200);
      expect(await status(privately(person.key))).toBe(401);
      expect(await status(privately(born.token))).toBe(401);
      expect(await status(privately(session))).toBe(200);
    });

    it('ends a login for its user, and a CRM login for an administrator', async () => {
      const person = await cf.person();
      const session = await login(person);
      expect(await revoke(bearer(session), session)).toBe(200);
      expect(await status(privately(session))).toBe(401);
      expect(await status(privately(person.key))).toBe(200);
      const crm = await crmLogin();
      const active = async (): Promise<unknown> =>
        (await sendForm(cf, 'introspect', bearer(ADMIN.token), { token: crm })).json<{ active: boolean }>().active;
      expect(await active()).toBe(true);
      expect(await revoke(bearer(ADMIN.token), crm)).toBe(200);
      expect(await active()).toBe(false);
    });

    it('ends tokens that are disabled, expired, or of a blocked user', async () => {
      const disabled = await cf.token(ACCOUNT.id, { enabled: false });
      const expired = await cf.token(ACCOUNT.id, { duration: '1ns' });
      for (const token of [disabled, expired]) {
        expect(await revoke(bearer(ADMIN.token), token.client_secret)).toBe(200);
        expect((await cf.admin.get(tokenPath(ACCOUNT.id, token.id))).status).toBe(404);
      }
      const blocked = await cf.person();
      await canvus(cf.server, 'POST', `/users/${String(blocked.userId)}/block`);
      expect(await revoke(bearer(ADMIN.token), blocked.key)).toBe(200);
      await canvus(cf.server, 'POST', `/users/${String(blocked.userId)}/unblock`);
      expect(await status(privately(blocked.key))).toBe(401);
    });

    it('ignores token_type_hint', async () => {
      for (const hint of ['access_token', 'refresh_token', 'nonsense', '']) {
        const token = await cf.token(ACCOUNT.id);
        expect(await revoke(bearer(ADMIN.token), token.client_secret, { token_type_hint: hint })).toBe(200);
        expect(await status(pair(token))).toBe(401);
      }
    });

    it('for a token that is unknown, malformed, already revoked, or no longer a current secret', async () => {
      const gone = await cf.token(ACCOUNT.id);
      const rotated = await cf.token(ACCOUNT.id);
      const present = await cf.rotate(ACCOUNT.id, rotated.id);
      expect(await revoke(bearer(ADMIN.token), gone.client_secret)).toBe(200);
      const texts = [gone.client_secret, rotated.client_secret, UNKNOWN_USER_TOKEN, 'x', '\0', present.client_id];
      for (const text of texts) expect([text, await revoke(bearer(ADMIN.token), text)]).toEqual([text, 200]);
      expect(await status(pair(present))).toBe(200);
    });

    it('for a secret whose overlap has ended: the token keeps its new secret', async () => {
      const old = await cf.token(ACCOUNT.id);
      const end = new Date(Date.now() + HOUR);
      const token = await cf.rotate(ACCOUNT.id, old.id, { previous_client_secret_expires_at: end.toISOString() });
      cf.server.clock.freeze(end);
      expect(await revoke(bearer(ADMIN.token), old.client_secret)).toBe(200);
      cf.server.clock.reset();
      expect(await status(pair(token))).toBe(200);
    });

    it('for each of many simultaneous requests; the token is revoked once', async () => {
      const token = await cf.token(ACCOUNT.id);
      const many = await Promise.all(Array.from({ length: 8 }, () => revoke(bearer(ADMIN.token), token.client_secret)));
      expect([...new Set(many)]).toEqual([200]);
      expect(await auditOf(token.id)).toHaveLength(1);
    });
  });

  describe('a token that the caller may not see', () => {
    it('is answered like an unknown one, and is not revoked', async () => {
      const [mine, other] = [await cf.account(), await cf.account()];
      const foreign = await cf.token(other);
      const owner = await cf.person();
      const session = await login(owner);
      const [service, member] = [await cf.token(mine), await cf.memberOf(mine, 'administrator')];
      for (const caller of [basic(service), bearer(member.key), bearer((await cf.person()).key)]) {
        for (const token of [foreign.client_secret, owner.key, session, ADMIN.token]) {
          expect(await revoke(caller, token)).toBe(200);
        }
      }
      expect(await status(pair(foreign))).toBe(200);
      for (const token of [owner.key, session, ADMIN.token]) expect(await status(privately(token))).toBe(200);
    });
  });

  describe('400', () => {
    it('unauthorized_client for a token that the caller may see but not revoke: a sibling, or as a read_only member', async () => {
      const account = await cf.account();
      const token = await cf.token(account);
      const readOnly = await cf.memberOf(account, 'read_only');
      for (const caller of [basic(await cf.token(account)), bearer(readOnly.key), bearer(await login(readOnly))]) {
        expect(await revoke(caller, token.client_secret)).toBe(400);
      }
      expect(await status(pair(token))).toBe(200);
      expect(await auditOf(token.id)).toEqual([]);
    });
  });

  describeForms(plane, 'revoke');
});
