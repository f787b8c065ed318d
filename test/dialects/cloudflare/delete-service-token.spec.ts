import { describe, expect, it } from '@jest/globals';
import { itHidesForeignAccounts, itHidesWhatIsNotThere, itTakesUpperCaseIds } from './common-cases.js';
import {
  DAY,
  auditRows,
  cloudflareSuite,
  countRows,
  inSeconds,
  ok,
  okList,
  stored,
  tokenPath,
  tokensOf,
} from './support.js';

cloudflareSuite('DELETE access/service_tokens/:id', (cf) => {
  describe('200', () => {
    it('returns the complete last state, without the secret', async () => {
      const account = await cf.account();
      const { id } = await cf.token(account, { name: 'last', duration: '2h', enabled: false });
      const last = await cf.read(account, id);
      expect(ok(await cf.admin.delete(tokenPath(account, id)))).toEqual(last);
    });

    it('ends both secrets before the answer is sent', async () => {
      const account = await cf.account();
      const token = await cf.token(account);
      const end = inSeconds(Date.now() + DAY);
      const rotated = await cf.rotate(account, token.id, { previous_client_secret_expires_at: end });
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('valid');
      ok(await cf.admin.delete(tokenPath(account, token.id)));
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('unknown');
      expect(await cf.verdict(token.client_id, rotated.client_secret)).toBe('unknown');
    });

    it('deletes this token and no other', async () => {
      const account = await cf.account();
      const stays = await cf.token(account);
      const { id } = await cf.token(account);
      ok(await cf.admin.delete(tokenPath(account, id)));
      const { items, info } = okList<{ id: string }>(await cf.admin.get(`${tokensOf(account)}?per_page=10`));
      expect(items.map((item) => item.id)).toEqual([stays.id]);
      expect(info.total_count).toBe(1);
      expect(await cf.verdict(stays.client_id, stays.client_secret)).toBe('valid');
    });

    it('leaves nothing of the token except its audit rows', async () => {
      const account = await cf.account();
      const { id } = await cf.token(account);
      ok(await cf.admin.delete(tokenPath(account, id)));
      expect(await countRows(cf.server, `latchkey_token WHERE id = '${id}'`)).toBe(0);
      const tables = ['user', 'token', 'token_count', 'setting', 'membership', 'account'] as const;
      expect(await stored(cf.server, { tables })).not.toContain(id);
      const rows = await auditRows(cf.server, { targetId: id });
      expect(rows.map(({ action }) => action)).toEqual(['token.issued', 'token.revoked']);
    });

    itTakesUpperCaseIds(cf, { method: 'DELETE' });
  });

  describe('403', () => {
    itHidesForeignAccounts(cf, { method: 'DELETE' });
  });

  describe('404', () => {
    itHidesWhatIsNotThere(cf, { method: 'DELETE' });
  });
});
