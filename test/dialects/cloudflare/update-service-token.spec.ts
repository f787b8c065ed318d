import { describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import { itHidesForeignAccounts, itHidesWhatIsNotThere, itTakesUpperCaseIds } from './common-cases.js';
import {
  CLIENT_SECRET,
  DAY,
  PECULIAR_TEXTS,
  TOKEN_KEYS,
  YEAR,
  auditRows,
  changingNothing,
  cloudflareSuite,
  inSeconds,
  invalid,
  ok,
  refusal,
  stored,
  tokenPath,
  type ServiceToken,
  type ServiceTokenWithSecret,
} from './support.js';

const operation = { method: 'PUT', body: { name: 'not to be' } };

cloudflareSuite('PUT access/service_tokens/:id', (cf) => {
  /** A token created at noon; then the clock stops an hour later. */
  const noon = Date.parse('2026-06-01T12:00:00Z');
  const hourLater = noon + 3_600_000;
  const madeAtNoon = async (
    fields: Record<string, unknown> = {},
  ): Promise<{ path: string; token: ServiceTokenWithSecret }> => {
    const account = await cf.account();
    cf.server.clock.freeze(new Date(noon));
    const token = await cf.token(account, { name: 'before', ...fields });
    cf.server.clock.freeze(new Date(hourLater));
    return { path: tokenPath(account, token.id), token };
  };
  const put = async (path: string, body: unknown): Promise<ServiceToken & { client_secret?: string }> =>
    ok(await cf.admin.put(path, body));

  describe('200', () => {
    it.each<[string, Record<string, unknown>, Partial<ServiceToken>]>([
      ['a name', { name: 'after' }, { name: 'after' }],
      ['enabled', { enabled: false }, { enabled: false }],
      ['the name and enabled', { name: 'after', enabled: false }, { name: 'after', enabled: false }],
      ['nothing', {}, {}],
      ['null for everything', { name: null, duration: null, enabled: null, client_secret_version: null }, {}],
    ])('changes %s and otherwise only updated_at', async (_what, body, changed) => {
      const { path, token } = await madeAtNoon({ duration: '17520h' });
      const { client_secret: secret, ...before } = token;
      const after = await put(path, body);
      expect(after).toEqual({ ...before, ...changed, updated_at: inSeconds(hourLater) });
      expect(Object.keys(after).sort()).toEqual(TOKEN_KEYS);
      expect(ok(await cf.admin.get(path))).toEqual(after);
      expect(await cf.verdict(token.client_id, secret)).toBe('enabled' in changed ? 'disabled' : 'valid');
    });

    it.each([
      ['longer', '17520h', 2 * YEAR],
      ['the same', '8760h', YEAR],
      ['shorter', '90m', 90 * 60_000],
      ['fractional', '1.5h', 90 * 60_000],
    ])('renews with a duration that is %s: from now on, not from the old expiry', async (_kind, duration, lifetime) => {
      const { path } = await madeAtNoon();
      expect(await put(path, { duration })).toMatchObject({ duration, expires_at: inSeconds(hourLater + lifetime) });
    });

    it('changes a duration to forever and back', async () => {
      const { path, token } = await madeAtNoon();
      expect(await put(path, { duration: 'forever' })).toMatchObject({
        duration: 'forever',
        expires_at: '2126-06-01T12:00:00Z',
      });
      expect(await put(path, { duration: '8760h' })).toMatchObject({
        duration: '8760h',
        expires_at: inSeconds(hourLater + YEAR),
      });
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('valid');
    });

    it('revives an expired token with a duration, and not without', async () => {
      const { path, token } = await madeAtNoon({ duration: '1m' });
      await put(path, { name: 'still over' });
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('expired');
      await put(path, { duration: '1m' });
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('valid');
    });

    it('enables a disabled token again', async () => {
      const { path, token } = await madeAtNoon({ enabled: false });
      expect(await put(path, { enabled: true })).toMatchObject({ enabled: true });
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('valid');
    });

    it('rotates to a higher version, and shows the new secret once', async () => {
      const { path, token } = await madeAtNoon();
      const rotated = await put(path, { client_secret_version: 5, name: 'after', enabled: true });
      expect(rotated).toMatchObject({ id: token.id, client_id: token.client_id, client_secret_version: 5 });
      expect(rotated.name).toBe('after');
      expect(rotated.expires_at).toBe(token.expires_at);
      expect(rotated.updated_at).toBe(inSeconds(hourLater));
      expect(rotated.client_secret).toMatch(CLIENT_SECRET);
      expect(rotated.client_secret).not.toBe(token.client_secret);
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('wrong_secret');
      expect(await cf.verdict(token.client_id, rotated.client_secret ?? '')).toBe('valid');
      expect(ok(await cf.admin.get(path))).not.toHaveProperty('client_secret');
      expect(await stored(cf.server)).not.toContain(rotated.client_secret);
    });

    it('rotates and renews in one step', async () => {
      const { path } = await madeAtNoon();
      const rotated = await put(path, { client_secret_version: 2, duration: '24h', enabled: false });
      expect(rotated).toMatchObject({ duration: '24h', enabled: false, expires_at: inSeconds(hourLater + DAY) });
    });

    it.each([0, 1, 2, 3])('does not rotate for version %d, which is not above the current 3', async (version) => {
      const { path, token } = await madeAtNoon({ client_secret_version: 3 });
      const after = await put(path, { client_secret_version: version });
      expect(after).not.toHaveProperty('client_secret');
      expect(after.client_secret_version).toBe(3);
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('valid');
    });

    it('continues from that version', async () => {
      const { path, token } = await madeAtNoon();
      await put(path, { client_secret_version: 7 });
      const rotated = ok<ServiceTokenWithSecret>(await cf.admin.post(`${path}/rotate`));
      expect(rotated.client_secret_version).toBe(8);
      expect(rotated.id).toBe(token.id);
    });

    it.each(PECULIAR_TEXTS)('keeps a name byte for byte: %s', async (_kind, name) => {
      const { path } = await madeAtNoon();
      expect((await put(path, { name })).name).toBe(name);
      expect(ok<ServiceToken>(await cf.admin.get(path)).name).toBe(name);
    });

    it('ignores unknown members and those that only the server may set', async () => {
      const { path, token } = await madeAtNoon();
      const { client_secret: _secret, ...before } = token;
      const body = { id: 'x', client_id: 'x', client_secret: 'x', expires_at: 'x', last_seen_at: 'x', account_id: 'x' };
      expect(await put(path, body)).toEqual({ ...before, updated_at: inSeconds(hourLater) });
    });

    it('is audited with the changed fields, and as a rotation if it is one', async () => {
      const { path, token } = await madeAtNoon();
      await put(path, { name: 'after' });
      const rotated = await put(path, { client_secret_version: 2 });
      const rows = await auditRows(cf.server, { targetId: token.id });
      expect(rows.map(({ action }) => action)).toEqual(['token.issued', 'token.updated', 'token.rotated']);
      expect(rows[1]?.details).toMatchObject({ fields: ['label'] });
      expect(rows[2]?.details).toMatchObject({ version: 2 });
      expect(JSON.stringify(rows)).not.toContain(rotated.client_secret);
    });

    itTakesUpperCaseIds(cf, { method: 'PUT', body: { name: 'after' } });
  });

  describe('400', () => {
    const UNUSABLE: [what: string, body: unknown, field: string | null][] = [
      ['an empty name', { name: '' }, 'name'],
      ['a name of 351 characters', { name: 'n'.repeat(351) }, 'name'],
      ['a number for a name', { name: 1 }, 'name'],
      ['a NUL in the name', { name: '\0' }, 'name'],
      ['a lone surrogate in the name', '{"name":"\\udfff"}', 'name'],
      ['a duration in weeks', { duration: '2w' }, 'duration'],
      ['an empty duration', { duration: '' }, 'duration'],
      ['a duration of zero', { duration: '0' }, 'duration'],
      ['a duration that Go cannot hold', { duration: '2562047h47m16.854775808s' }, 'duration'],
      ['a string for enabled', { enabled: 'false' }, 'enabled'],
      ['a boolean for the version', { client_secret_version: true }, 'client_secret_version'],
      ['half a version', { client_secret_version: 2.5 }, 'client_secret_version'],
      ['a huge version', { client_secret_version: Number.MAX_SAFE_INTEGER }, 'client_secret_version'],
      [
        'a time without a zone',
        { previous_client_secret_expires_at: '2030-01-01T00:00:00' },
        'previous_client_secret_expires_at',
      ],
      [
        'the 30th of February',
        { previous_client_secret_expires_at: '2030-02-30T00:00:00Z' },
        'previous_client_secret_expires_at',
      ],
      ['a valid name with an invalid duration', { name: 'good', duration: 'bad' }, 'duration'],
      ['a rotation with an invalid name', { client_secret_version: 9, name: '' }, 'name'],
      ['a list', [], null],
      ['a number', '1', null],
      ['no JSON', 'name=x', null],
    ];

    it('refuses invalid values, names the field and changes nothing', async () => {
      const { path } = await madeAtNoon();
      await changingNothing(cf, () =>
        eachAtOnce(UNUSABLE, async ([, body, field]) => invalid(await cf.admin.put(path, body), field)),
      );
    });
  });

  describe('403', () => {
    itHidesForeignAccounts(cf, operation);

    it('does not tell read_only members whether the token exists or the body is valid', async () => {
      const account = await cf.account();
      const { caller } = await cf.memberOf(account, 'read_only');
      refusal(await caller.put(tokenPath(account, 'nonsense'), '{'), 403, 10000);
    });
  });

  describe('404', () => {
    itHidesWhatIsNotThere(cf, operation);
  });
});
