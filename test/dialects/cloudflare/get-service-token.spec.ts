import { describe, expect, it } from '@jest/globals';
import { itHidesForeignAccounts, itHidesWhatIsNotThere, itTakesUpperCaseIds } from './common-cases.js';
import { TOKEN_KEYS, cloudflareSuite, ok, tokenPath, type ServiceToken } from './support.js';

cloudflareSuite('GET access/service_tokens/:id', (cf) => {
  describe('200', () => {
    it('shows what creation showed, without the secret', async () => {
      const account = await cf.account();
      const { client_secret: _secret, ...shown } = await cf.token(account, { name: 'read', duration: '2h45m' });
      const token = await cf.read(account, shown.id);
      expect(token).toEqual(shown);
      expect(Object.keys(token).sort()).toEqual(TOKEN_KEYS);
    });

    it('shows expired and disabled tokens', async () => {
      const account = await cf.account();
      cf.server.clock.freeze();
      const { id } = await cf.token(account, { duration: '1ms', enabled: false });
      cf.server.clock.advance(10);
      expect(await cf.read(account, id)).toMatchObject({ id, enabled: false });
      cf.server.clock.reset();
    });

    it('shows when the token was last seen, from its first use on', async () => {
      const account = await cf.account();
      const { id } = await cf.token(account);
      expect(await cf.read(account, id)).not.toHaveProperty('last_seen_at');
      const seen = Date.parse('2026-02-03T04:05:06.789Z');
      await cf.server.dataSource.query(`UPDATE latchkey_token SET last_seen_at = ${String(seen)} WHERE id = '${id}'`);
      expect(await cf.read(account, id)).toMatchObject({ last_seen_at: '2026-02-03T04:05:06Z' });
    });

    it('changes nothing, not even the audit log', async () => {
      const account = await cf.account();
      const { id, updated_at: before } = await cf.token(account);
      cf.server.clock.freeze(new Date(Date.now() + 60_000));
      await cf.read(account, id);
      expect((await cf.read(account, id)).updated_at).toBe(before);
      cf.server.clock.reset();
    });

    it('is available to read_only members', async () => {
      const account = await cf.account();
      const { id } = await cf.token(account);
      const { caller } = await cf.memberOf(account, 'read_only');
      expect(ok<ServiceToken>(await caller.get(tokenPath(account, id))).id).toBe(id);
    });

    it('answers HEAD like GET, without a body', async () => {
      const account = await cf.account();
      const { id } = await cf.token(account);
      const reply = await cf.admin.send('HEAD', tokenPath(account, id));
      expect({ status: reply.status, text: reply.text }).toEqual({ status: 200, text: '' });
    });

    it('forbids caching of the answer', async () => {
      const account = await cf.account();
      const { id } = await cf.token(account);
      expect((await cf.admin.get(tokenPath(account, id))).headers['cache-control']).toBe('no-store');
    });

    itTakesUpperCaseIds(cf, { method: 'GET' });
  });

  describe('403', () => {
    itHidesForeignAccounts(cf, { method: 'GET' });
  });

  describe('404', () => {
    itHidesWhatIsNotThere(cf, { method: 'GET' });
  });
});
