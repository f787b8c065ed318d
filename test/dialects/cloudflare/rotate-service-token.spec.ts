import { describe, expect, it } from '@jest/globals';
import { send } from '../../support/http.js';
import { ADMIN } from '../../support/test-server.js';
import { itHidesForeignAccounts, itHidesWhatIsNotThere, itTakesUpperCaseIds } from './common-cases.js';
import {
  CLIENT_SECRET,
  DAY,
  TOKEN_KEYS,
  auditRows,
  changingNothing,
  cloudflareSuite,
  inSeconds,
  invalid,
  ok,
  stored,
  tokenPath,
  type ServiceTokenWithSecret,
} from './support.js';

const operation = { method: 'POST', action: '/rotate' };
const END = 'previous_client_secret_expires_at';

cloudflareSuite('POST access/service_tokens/:id/rotate', (cf) => {
  describe('200', () => {
    it('shows a new secret with the next version, and changes only updated_at otherwise', async () => {
      const account = await cf.account();
      const made = Date.parse('2026-06-01T12:00:00Z');
      cf.server.clock.freeze(new Date(made));
      const before = await cf.token(account, { name: 'spun', duration: '48h' });
      cf.server.clock.freeze(new Date(made + 5000));
      const after = await cf.rotate(account, before.id);
      cf.server.clock.reset();
      expect(Object.keys(after).sort()).toEqual([...TOKEN_KEYS, 'client_secret', END].sort());
      expect(after).toMatchObject({
        ...before,
        client_secret: expect.stringMatching(CLIENT_SECRET),
        client_secret_version: 2,
        updated_at: inSeconds(made + 5000),
      });
      expect(after.client_secret).not.toBe(before.client_secret);
      expect(Date.parse(after.previous_client_secret_expires_at ?? '')).toBeLessThanOrEqual(made + 5000);
      const { client_secret: _secret, ...shown } = after;
      expect(await cf.read(account, before.id)).toEqual(shown);
    });

    it.each(['', '{}', 'null', ' null '])('takes the body %j as one without members', async (body) => {
      const account = await cf.account();
      const token = await cf.token(account);
      const reply = await send(cf.server.baseUrl, 'POST', `/client/v4${tokenPath(account, token.id)}/rotate`, {
        headers: { Authorization: `Bearer ${ADMIN.token}`, 'Content-Type': 'application/json' },
        body,
      });
      expect(ok<ServiceTokenWithSecret>(reply).client_secret_version).toBe(2);
    });

    it('ends the old secret before the answer is sent', async () => {
      const account = await cf.account();
      const token = await cf.token(account);
      const { client_secret: secret } = await cf.rotate(account, token.id);
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('wrong_secret');
      expect(await cf.verdict(token.client_id, secret)).toBe('valid');
    });

    it('keeps the old secret valid until the given time, and shows that time', async () => {
      const account = await cf.account();
      const token = await cf.token(account);
      const end = inSeconds(Date.now() + DAY);
      const rotated = await cf.rotate(account, token.id, { [END]: end });
      expect(rotated.previous_client_secret_expires_at).toBe(end);
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('valid');
      expect(await cf.verdict(token.client_id, rotated.client_secret)).toBe('valid');
    });

    it.each([
      ['a time in the past', { [END]: '2001-09-09T01:46:40Z' }],
      ['null for the time', { [END]: null }],
      ['an empty object', {}],
      ['unknown members', { client_secret_version: 9, name: 'x', enabled: false, grace: '1h' }],
    ])('ends the old secret at once with %s', async (_what, body) => {
      const account = await cf.account();
      const token = await cf.token(account);
      const rotated = await cf.rotate(account, token.id, body);
      expect(rotated).toMatchObject({ client_secret_version: 2, name: token.name, enabled: true });
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('wrong_secret');
      expect(await cf.verdict(token.client_id, rotated.client_secret)).toBe('valid');
    });

    it('rotates disabled and expired tokens, which stay disabled or expired', async () => {
      const account = await cf.account();
      const off = await cf.token(account, { enabled: false });
      const over = await cf.token(account, { duration: '1ns' });
      const { client_secret: offSecret } = await cf.rotate(account, off.id);
      const { client_secret: overSecret } = await cf.rotate(account, over.id);
      expect(await cf.verdict(off.client_id, offSecret)).toBe('disabled');
      expect(await cf.verdict(over.client_id, overSecret)).toBe('expired');
    });

    it('returns a different secret every time', async () => {
      const account = await cf.account();
      const token = await cf.token(account);
      const secrets = [token.client_secret];
      for (let turn = 0; turn < 5; turn += 1) secrets.push((await cf.rotate(account, token.id)).client_secret);
      expect(new Set(secrets).size).toBe(6);
      const verdicts = await Promise.all(secrets.map((secret) => cf.verdict(token.client_id, secret)));
      expect(verdicts).toEqual([...Array<string>(5).fill('wrong_secret'), 'valid']);
      expect((await cf.read(account, token.id)).client_secret_version).toBe(6);
    });

    it('is audited with version and time, and without the secret', async () => {
      const account = await cf.account();
      const token = await cf.token(account);
      const { client_secret: secret } = await cf.rotate(account, token.id);
      const [row] = await auditRows(cf.server, { targetId: token.id, action: 'token.rotated' });
      expect(row?.details).toMatchObject({ version: 2, previous_secret_expires_at: expect.any(String) });
      expect(await stored(cf.server)).not.toContain(secret);
    });

    itTakesUpperCaseIds(cf, operation);
  });

  describe('400', () => {
    it.each<[string, unknown, string | null]>([
      ['an invalid time', { [END]: 'tomorrow' }, END],
      ['an empty moment', { [END]: '' }, END],
      ['a number for a time', { [END]: 1_900_000_000 }, END],
      ['a time with an impossible day', { [END]: '2030-02-29T00:00:00Z' }, END],
      ['a list for a time', { [END]: ['2030-01-01T00:00:00Z'] }, END],
      ['a list', [], null],
      ['a string', '"now"', null],
      ['half a JSON text', '{', null],
    ])('refuses %s, names the field and changes nothing: the secret still works', async (_what, body, field) => {
      const account = await cf.account();
      const token = await cf.token(account);
      const path = `${tokenPath(account, token.id)}/rotate`;
      invalid(await changingNothing(cf, () => cf.admin.post(path, body)), field);
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('valid');
    });
  });

  describe('403', () => {
    itHidesForeignAccounts(cf, operation);
  });

  describe('404', () => {
    itHidesWhatIsNotThere(cf, operation);
  });
});
