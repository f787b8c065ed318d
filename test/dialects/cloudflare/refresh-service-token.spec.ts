import { describe, expect, it } from '@jest/globals';
import { itHidesForeignAccounts, itHidesWhatIsNotThere, itTakesUpperCaseIds } from './common-cases.js';
import {
  TOKEN_KEYS,
  YEAR,
  auditRows,
  cloudflareSuite,
  inSeconds,
  ok,
  tokenPath,
  type ServiceToken,
  type ServiceTokenWithSecret,
} from './support.js';

const operation = { method: 'POST', action: '/refresh' };

cloudflareSuite('POST access/service_tokens/:id/refresh', (cf) => {
  const made = Date.parse('2026-06-01T12:00:00.250Z');
  const later = made + 7 * 3_600_000;
  /** A token before and after a refresh seven hours later, at which the clock stops. */
  const refreshed = async (
    fields: Record<string, unknown> = {},
  ): Promise<{ before: ServiceTokenWithSecret; after: ServiceToken; account: string }> => {
    const account = await cf.account();
    cf.server.clock.freeze(new Date(made));
    const before = await cf.token(account, fields);
    cf.server.clock.freeze(new Date(later));
    const after = ok<ServiceToken>(await cf.admin.post(`${tokenPath(account, before.id)}/refresh`));
    return { before, after, account };
  };

  describe('200', () => {
    it('makes a default token expire one year from now, and changes nothing else', async () => {
      const { before, after, account } = await refreshed();
      const { client_secret: secret, ...shown } = before;
      expect(after).toEqual({ ...shown, expires_at: inSeconds(later + YEAR), updated_at: inSeconds(later) });
      expect(Object.keys(after).sort()).toEqual(TOKEN_KEYS);
      expect(await cf.read(account, before.id)).toEqual(after);
      expect(await cf.verdict(before.client_id, secret)).toBe('valid');
    });

    it('makes a token of another duration expire that long from now', async () => {
      const { after } = await refreshed({ duration: '36h30m' });
      expect(after).toMatchObject({ duration: '36h30m', expires_at: inSeconds(later + 36.5 * 3_600_000) });
    });

    it('keeps the date of a token with duration forever', async () => {
      const { before, after } = await refreshed({ duration: 'forever' });
      expect(after).toMatchObject({ duration: 'forever', expires_at: before.expires_at });
      expect(after.updated_at).toBe(inSeconds(later));
    });

    it('revives an expired token', async () => {
      const { before } = await refreshed({ duration: '1h' });
      expect(await cf.verdict(before.client_id, before.client_secret)).toBe('valid');
    });

    it('leaves a disabled token disabled', async () => {
      const { before, after } = await refreshed({ enabled: false });
      expect(after.enabled).toBe(false);
      expect(await cf.verdict(before.client_id, before.client_secret)).toBe('disabled');
    });

    it('does not affect a running overlap', async () => {
      const account = await cf.account();
      cf.server.clock.freeze(new Date(made));
      const token = await cf.token(account);
      const end = inSeconds(later);
      const rotated = await cf.rotate(account, token.id, { previous_client_secret_expires_at: end });
      const after = ok<ServiceToken>(await cf.admin.post(`${tokenPath(account, token.id)}/refresh`));
      expect(after).toMatchObject({ client_secret_version: 2, previous_client_secret_expires_at: end });
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('valid');
      expect(await cf.verdict(token.client_id, rotated.client_secret)).toBe('valid');
    });

    it('is audited', async () => {
      const { before } = await refreshed();
      const rows = await auditRows(cf.server, { targetId: before.id });
      expect(rows.map(({ action }) => action)).toEqual(['token.issued', 'token.updated']);
      expect(rows[1]?.details).toMatchObject({ fields: ['expiresAt'] });
    });

    itTakesUpperCaseIds(cf, operation);
  });

  describe('403', () => {
    itHidesForeignAccounts(cf, operation);
  });

  describe('404', () => {
    itHidesWhatIsNotThere(cf, operation);
  });
});
