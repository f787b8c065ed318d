import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import {
  AUTHENTICATION_ERROR,
  CLIENT_ID,
  CLIENT_SECRET,
  DAY,
  PECULIAR_TEXTS,
  TOKEN_ID,
  TOKEN_KEYS,
  UNKNOWN_HEX,
  WIRE_TIME,
  YEAR,
  auditRows,
  changingNothing,
  cloudflareSuite,
  countRows,
  inSeconds,
  invalid,
  noRoute,
  ok,
  refusal,
  stored,
  tokensOf,
  type ServiceTokenWithSecret,
} from './support.js';

cloudflareSuite('POST access/service_tokens', (cf) => {
  const create = async (body: unknown): Promise<ServiceTokenWithSecret> =>
    ok<ServiceTokenWithSecret>(await cf.admin.post(tokensOf(), body), 201);

  describe('201', () => {
    it('shows the token with its secret, and only the documented members', async () => {
      const token = await create({ name: 'CI/CD token' });
      expect(Object.keys(token).sort()).toEqual([...TOKEN_KEYS, 'client_secret'].sort());
      expect(token).toMatchObject({
        id: expect.stringMatching(TOKEN_ID),
        name: 'CI/CD token',
        client_id: expect.stringMatching(CLIENT_ID),
        client_secret: expect.stringMatching(CLIENT_SECRET),
        client_secret_version: 1,
        duration: '8760h',
        enabled: true,
      });
      for (const time of [token.created_at, token.updated_at, token.expires_at]) expect(time).toMatch(WIRE_TIME);
    });

    it('ends the secret with the CRC-32 of the text before it', async () => {
      const { client_secret: secret } = await create({ name: 'checked' });
      expect(secret.slice(-8)).toBe(crc32(secret.slice(0, -8)).toString(16).padStart(8, '0'));
    });

    it('returns a secret that is accepted with its client id at once, and with no other', async () => {
      const one = await create({ name: 'one' });
      const other = await create({ name: 'other' });
      expect(await cf.verdict(one.client_id, one.client_secret)).toBe('valid');
      expect(await cf.verdict(other.client_id, one.client_secret)).toBe('wrong_secret');
    });

    it('creates a token that expires exactly one year later by default', async () => {
      cf.server.clock.freeze(new Date('2025-09-25T22:26:26.789Z'));
      const token = await create({ name: 'a year' });
      cf.server.clock.reset();
      expect(token).toMatchObject({
        created_at: '2025-09-25T22:26:26Z',
        updated_at: '2025-09-25T22:26:26Z',
        expires_at: '2026-09-25T22:26:26Z',
      });
    });

    it('creates a token that expires after its duration, which is returned as sent', async () => {
      const now = new Date('2026-01-01T00:00:00.000Z');
      cf.server.clock.freeze(now);
      const token = await create({ name: 'short', duration: '60m' });
      cf.server.clock.reset();
      expect(token.duration).toBe('60m');
      expect(token.expires_at).toBe('2026-01-01T01:00:00Z');
    });

    it('gives a token with duration forever a date a hundred years ahead', async () => {
      cf.server.clock.freeze(new Date('2026-03-01T12:00:00.500Z'));
      const token = await create({ name: 'eternal', duration: 'forever' });
      cf.server.clock.reset();
      expect(token).toMatchObject({ duration: 'forever', expires_at: '2126-03-01T12:00:00Z' });
    });

    it('creates a disabled token, whose secret is not accepted', async () => {
      const token = await create({ name: 'off', enabled: false });
      expect(token.enabled).toBe(false);
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('disabled');
    });

    it.each([
      [2, 2],
      [1, 1],
      [0, 1],
      [1_000_000, 1_000_000],
      [2.0, 2],
    ])('accepts client_secret_version %d as %d', async (given, version) => {
      const token = await create({ name: 'versioned', client_secret_version: given });
      expect(token.client_secret_version).toBe(version);
      expect((await cf.read('a'.repeat(32), token.id)).client_secret_version).toBe(version);
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('valid');
    });

    it('returns previous_client_secret_expires_at, which has no effect', async () => {
      const end = inSeconds(Date.now() + DAY);
      const token = await create({ name: 'early', previous_client_secret_expires_at: end });
      expect(token.previous_client_secret_expires_at).toBe(end);
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('valid');
    });

    it.each(['duration', 'enabled', 'client_secret_version', 'previous_client_secret_expires_at'])(
      'treats null for %s as absent',
      async (field) => {
        const token = await create({ name: 'null', [field]: null });
        expect(token).toMatchObject({ duration: '8760h', enabled: true, client_secret_version: 1 });
        expect(Date.parse(token.expires_at) - Date.parse(token.created_at)).toBe(YEAR);
        expect(token).not.toHaveProperty('previous_client_secret_expires_at');
      },
    );

    it.each(PECULIAR_TEXTS)('keeps a name byte for byte: %s', async (_kind, name) => {
      const token = await create({ name });
      expect(token.name).toBe(name);
      expect((await cf.read('a'.repeat(32), token.id)).name).toBe(name);
    });

    it.each([
      ['one character', 'n'],
      ['350 characters', 'n'.repeat(350)],
      ['350 characters beyond the basic plane', '🔑'.repeat(350)],
    ])('accepts a name of %s', async (_kind, name) => {
      expect((await create({ name })).name).toBe(name);
    });

    it('accepts a name that is in use, with a new id and secret', async () => {
      const one = await create({ name: 'twin' });
      const other = await create({ name: 'twin' });
      expect(other.id).not.toBe(one.id);
      expect(other.client_id).not.toBe(one.client_id);
      expect(other.client_secret).not.toBe(one.client_secret);
    });

    it('ignores unknown members and those that only the server may set', async () => {
      const body = {
        name: 'mine',
        id: UNKNOWN_HEX,
        client_id: `${UNKNOWN_HEX}.access`,
        client_secret: 'secret',
        expires_at: '2000-01-01T00:00:00Z',
        colour: 'red',
      };
      const token = await create(body);
      expect(Object.keys(token).sort()).toEqual([...TOKEN_KEYS, 'client_secret'].sort());
      expect(token.client_id).not.toBe(body.client_id);
      expect(token.client_secret).toMatch(CLIENT_SECRET);
      expect(Date.parse(token.expires_at)).toBeGreaterThan(Date.now());
    });

    it('is audited with author, address and account, and without the secret', async () => {
      const account = await cf.account();
      const { caller, userId } = await cf.memberOf(account, 'administrator');
      const token = ok<ServiceTokenWithSecret>(await caller.post(tokensOf(account), { name: 'audited' }), 201);
      const rows = await auditRows(cf.server, { action: 'token.issued', targetId: token.id });
      expect(rows).toEqual([
        expect.objectContaining({
          authorId: userId,
          ipAddress: '127.0.0.1',
          accountId: account,
          targetName: 'audited',
        }),
      ]);
      expect(JSON.stringify(rows)).not.toContain(token.client_secret);
    });

    it('stores nothing from which the secret could be read', async () => {
      const { client_secret: secret } = await create({ name: 'unreadable' });
      const everything = await stored(cf.server);
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(secret.slice(5, 45));
    });
  });

  describe('400', () => {
    const UNUSABLE: [what: string, body: unknown, field: string | null][] = [
      ['no body', undefined, 'name'],
      ['no name', {}, 'name'],
      ['a null name', { name: null }, 'name'],
      ['an empty name', { name: '' }, 'name'],
      ['a name of 351 characters', { name: 'n'.repeat(351) }, 'name'],
      ['a name of 351 characters beyond the basic plane', { name: '🔑'.repeat(351) }, 'name'],
      ['a number for a name', { name: 7 }, 'name'],
      ['a list for a name', { name: ['x'] }, 'name'],
      ['an object for a name', { name: { length: 1 } }, 'name'],
      ['a NUL in the name', { name: 'a\0b' }, 'name'],
      ['a lone surrogate in the name', '{"name":"\\ud800"}', 'name'],
      ['a duration in days', { name: 'n', duration: '1d' }, 'duration'],
      ['a bare number for a duration', { name: 'n', duration: '60' }, 'duration'],
      ['a JSON number for a duration', { name: 'n', duration: 60 }, 'duration'],
      ['a negative duration', { name: 'n', duration: '-1h' }, 'duration'],
      ['a duration of zero', { name: 'n', duration: '0s' }, 'duration'],
      ['another word than forever', { name: 'n', duration: 'Forever' }, 'duration'],
      ['a duration longer than Go can hold', { name: 'n', duration: '9223372036h' }, 'duration'],
      ['a string for enabled', { name: 'n', enabled: 'true' }, 'enabled'],
      ['a number for enabled', { name: 'n', enabled: 1 }, 'enabled'],
      ['a string for the version', { name: 'n', client_secret_version: '2' }, 'client_secret_version'],
      ['a negative version', { name: 'n', client_secret_version: -1 }, 'client_secret_version'],
      ['half a version', { name: 'n', client_secret_version: 1.5 }, 'client_secret_version'],
      ['a huge version', '{"name":"n","client_secret_version":1e300}', 'client_secret_version'],
      ['a version beyond the range of numbers', '{"name":"n","client_secret_version":1e999}', 'client_secret_version'],
      [
        'a date without a time',
        { name: 'n', previous_client_secret_expires_at: '2030-01-01' },
        'previous_client_secret_expires_at',
      ],
      ['an empty time', { name: 'n', previous_client_secret_expires_at: '' }, 'previous_client_secret_expires_at'],
      [
        'a number for a time',
        { name: 'n', previous_client_secret_expires_at: 1_893_456_000 },
        'previous_client_secret_expires_at',
      ],
      ['a list', [{ name: 'n' }], null],
      ['a string', '"name"', null],
      ['null', 'null', null],
      ['half a JSON text', '{"name":', null],
    ];

    it('refuses invalid values, names the field and changes nothing', async () => {
      await changingNothing(cf, () =>
        eachAtOnce(UNUSABLE, async ([, body, field]) => invalid(await cf.admin.post(tokensOf(), body), field)),
      );
    });

    it('says what a duration looks like', async () => {
      const message = invalid(await cf.admin.post(tokensOf(), { name: 'n', duration: '1w' }), 'duration');
      expect(message).toMatch(/forever/);
      expect(message).toMatch(/8760h/);
    });
  });

  describe('403', () => {
    it('answers with the same bytes for a foreign account and one that does not exist', async () => {
      const { caller } = await cf.memberOf(await cf.account(), 'administrator');
      const foreign = await changingNothing(cf, () => caller.post(tokensOf(), { name: 'n' }));
      expect(refusal(foreign, 403, 10000)).toEqual(AUTHENTICATION_ERROR);
      const nowhere = await caller.post(tokensOf(UNKNOWN_HEX), { name: 'n' });
      expect({ status: nowhere.status, text: nowhere.text }).toEqual({ status: 403, text: foreign.text });
    });

    it('does not tell callers without permission what is wrong with the body', async () => {
      const account = await cf.account();
      const { caller } = await cf.memberOf(account, 'read_only');
      refusal(await caller.post(tokensOf(account), '{"name":'), 403, 10000);
    });
  });

  describe('404', () => {
    it.each([UNKNOWN_HEX, 'x', '0'.repeat(33), '%00'])(
      'repeats the path of an account that does not exist: %s',
      async (id) => {
        const before = await countRows(cf.server, 'latchkey_token');
        const item = refusal(await cf.admin.post(tokensOf(id), { name: 'n' }), 404, 7003);
        expect(item.message).toBe(noRoute(cf, tokensOf(id)));
        expect(await countRows(cf.server, 'latchkey_token')).toBe(before);
      },
    );
  });
});
