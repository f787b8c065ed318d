import { describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import { itNeedsAToken, itRefusesUnusableCallers, type Operation } from './common-cases.js';
import {
  PECULIAR_TEXTS,
  PERMISSION_DENIED,
  PLAIN_TOKEN,
  TOKEN_ID,
  TOKEN_TIME,
  UNKNOWN_USER,
  auditRows,
  canvusSuite,
  ok,
  refusal,
  stored,
  tokenPath,
  tokensOf,
  type AccessToken,
  type CreatedAccessToken,
} from './support.js';

const operation: Operation = {
  method: 'POST',
  path: ({ user }) => tokensOf(user.id),
  body: { description: 'not to be' },
};

canvusSuite('POST users/:id/access-tokens', (canvus) => {
  describe('200', () => {
    it('returns the token once, in the documented keys and order', async () => {
      const created = ok<CreatedAccessToken>(
        await canvus.admin.post('/users/1000/access-tokens', { description: 'Second token' }),
      );
      expect(Object.keys(created)).toEqual(['created_at', 'description', 'id', 'plain_token']);
      expect(created.created_at).toMatch(TOKEN_TIME);
      expect(created.id).toMatch(TOKEN_ID);
      expect(created.plain_token).toMatch(PLAIN_TOKEN);
      const { plain_token: _plain, ...shown } = created;
      const read = await canvus.admin.get(tokenPath(1000, created.id));
      expect(read.json<AccessToken>()).toEqual(shown);
    });

    it('shows the time of creation in UTC', async () => {
      const before = canvus.server.clock.now().getTime();
      const { created_at: text } = await canvus.token(1000);
      const created = new Date(`${text}Z`).getTime();
      expect(created).toBeGreaterThanOrEqual(before);
      expect(created).toBeLessThanOrEqual(canvus.server.clock.now().getTime());
    });

    it.each(PECULIAR_TEXTS)('keeps a description byte for byte: %s', async (_kind, description) => {
      const created = ok<CreatedAccessToken>(await canvus.admin.post(tokensOf(1000), { description }));
      expect(created.description).toBe(description);
      const read = ok<AccessToken>(await canvus.admin.get(tokenPath(1000, created.id)));
      expect(read.description).toBe(description);
    });

    it.each([
      ['empty', ''],
      ['of 1,000 characters', 'd'.repeat(1000)],
      ['of 1,000 characters beyond the basic plane', '🔑'.repeat(1000)],
    ])('accepts a description that is %s', async (_kind, description) => {
      const created = ok<CreatedAccessToken>(await canvus.admin.post(tokensOf(1000), { description }));
      expect(created.description).toBe(description);
    });

    it('creates different tokens for the same description', async () => {
      const one = await canvus.token(1000, 'twin');
      const other = await canvus.token(1000, 'twin');
      expect(other.id).not.toBe(one.id);
      expect(other.plain_token).not.toBe(one.plain_token);
    });

    it('creates all ids with one salt, in the vendor’s bcrypt version and cost', async () => {
      const salts = [await canvus.token(1000), await canvus.token(1000)].map(({ id }) =>
        Buffer.from(id, 'base64').toString('latin1').slice(0, 29),
      );
      expect(salts[0]).toMatch(/^\$2a\$04\$/);
      expect(salts[1]).toBe(salts[0]);
    });

    it('returns a token that acts as its owner at once', async () => {
      const { user } = await canvus.person();
      const { plain_token: plain } = await canvus.token(user.id);
      ok(await canvus.holder(plain).get(tokensOf(user.id)));
      expect((await canvus.holder(plain).get(tokensOf(1000))).status).toBe(403);
    });

    it('lets regular users create tokens for themselves, with an access token or a login token', async () => {
      const person = await canvus.person();
      ok(await person.actor.post(tokensOf(person.user.id), { description: 'by access token' }));
      const { token } = await canvus.login(person);
      ok(await canvus.holder(token).post(tokensOf(person.user.id), { description: 'by login token' }));
    });

    it('ignores unknown members and does not echo them', async () => {
      const body = { description: 'd', name: 'n', expires: 'tomorrow', scopes: ['all'], id: 'mine', plain_token: 'p' };
      const created = ok<CreatedAccessToken>(await canvus.admin.post(tokensOf(1000), body));
      expect(Object.keys(created)).toEqual(['created_at', 'description', 'id', 'plain_token']);
      expect(created.id).not.toBe('mine');
      expect(created.plain_token).not.toBe('p');
    });

    it('is audited with author, token and address, and without the secret', async () => {
      const person = await canvus.person();
      const created = ok<CreatedAccessToken>(
        await person.actor.post(tokensOf(person.user.id), { description: 'audited' }),
      );
      const row = (await auditRows(canvus.server, { action: 'token.issued' })).at(-1);
      expect(row).toMatchObject({
        authorId: person.user.id,
        authorName: person.user.name,
        ipAddress: '127.0.0.1',
        targetType: 'token',
        targetName: 'audited',
      });
      expect(row?.details).toMatchObject({ handle: created.id, user_id: person.user.id });
      expect(JSON.stringify(row)).not.toContain(created.plain_token);
    });

    it('stores nothing from which the token could be read', async () => {
      const { plain_token: plain } = await canvus.token(1000);
      expect(await stored(canvus.server)).not.toContain(plain);
    });
  });

  describe('400', () => {
    const WITHOUT: [how: string, body: { description?: unknown; name?: string } | undefined][] = [
      ['missing', {}],
      ['null', { description: null }],
      ['a number', { description: 7 }],
      ['a boolean', { description: true }],
      ['an array', { description: ['x'] }],
      ['an object', { description: { toString: 'x' } }],
      ['under another name', { name: 'x' }],
      ['absent because there is no body', undefined],
    ];

    it('says that the description is missing, or that it is not text', async () => {
      const before = await stored(canvus.server);
      await eachAtOnce(WITHOUT, async ([, body]) => {
        const reply = await canvus.admin.post(tokensOf(1000), body);
        const given = body?.description ?? undefined;
        const fault = given === undefined ? 'parameter is missing' : 'must be a string';
        expect(refusal(reply, 400)).toBe(`description ${fault}`);
      });
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('refuses a description of more than 1,000 characters', async () => {
      expect(refusal(await canvus.admin.post(tokensOf(1000), { description: 'd'.repeat(1001) }), 400)).toMatch(
        /description/,
      );
    });

    it('refuses an id that is not an integer, quoting it', async () => {
      const reply = await canvus.admin.post('/users/me/access-tokens', { description: 'd' });
      expect(refusal(reply, 400)).toBe('User ID me is not an integer');
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);

    it.each([
      ['an existing', 1000],
      ['an unknown', UNKNOWN_USER],
    ])('refuses regular users a token of %s other user, with the same message', async (_kind, id) => {
      const { actor } = await canvus.person();
      const before = await stored(canvus.server);
      const reply = await actor.post(tokensOf(id), { description: 'd' });
      expect(reply.status).toBe(403);
      expect(reply.json()).toEqual(PERMISSION_DENIED);
      expect(await stored(canvus.server)).toEqual(before);
    });
  });

  describe('404', () => {
    it('says that the user does not exist', async () => {
      const reply = await canvus.admin.post(tokensOf(UNKNOWN_USER), { description: 'd' });
      expect(refusal(reply, 404)).toBe('User 999999 not found');
    });
  });
});
