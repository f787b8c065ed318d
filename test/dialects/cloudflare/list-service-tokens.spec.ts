import { describe, expect, it } from '@jest/globals';
import {
  AUTHENTICATION_ERROR,
  TOKEN_KEYS,
  UNKNOWN_HEX,
  cloudflareSuite,
  invalid,
  noRoute,
  okList,
  refusal,
  tokenPath,
  tokensOf,
  type ResultInfo,
  type ServiceToken,
} from './support.js';

cloudflareSuite('GET access/service_tokens', (cf) => {
  /** A new account with tokens of these names, created a second apart; and the tokens as they are read. */
  const accountWith = async (...names: string[]): Promise<{ account: string; tokens: ServiceToken[] }> => {
    const account = await cf.account();
    cf.server.clock.freeze(new Date('2026-05-01T00:00:00Z'));
    const tokens: ServiceToken[] = [];
    for (const name of names) {
      const { client_secret: _secret, ...token } = await cf.token(account, { name });
      tokens.push(token);
      cf.server.clock.advance(1000);
    }
    cf.server.clock.reset();
    return { account, tokens };
  };

  const list = async (account: string, query = ''): Promise<{ items: ServiceToken[]; info: ResultInfo }> =>
    okList<ServiceToken>(await cf.admin.get(tokensOf(account) + query));

  const namesOf = async (account: string, query: string): Promise<string[]> =>
    (await list(account, query)).items.map(({ name }) => name);

  describe('200', () => {
    it('returns all tokens without paging, as they are read one by one, without secrets', async () => {
      const { account, tokens } = await accountWith('one', 'two', 'three');
      const { items, info } = await list(account);
      expect(items).toEqual(tokens);
      for (const item of items) expect(Object.keys(item).sort()).toEqual(TOKEN_KEYS);
      expect(info).toMatchObject({ page: 1, count: 3, total_count: 3, total_pages: 1 });
      expect(info.per_page).toBeGreaterThanOrEqual(3);
    });

    it('answers an account without tokens with an empty list', async () => {
      const { items, info } = await list(await cf.account());
      expect(items).toEqual([]);
      expect(info).toMatchObject({ page: 1, count: 0, total_count: 0 });
    });

    it.each<[string, string[], Partial<ResultInfo>]>([
      ['?page=1&per_page=2', ['a', 'b'], { page: 1, per_page: 2, count: 2, total_count: 5, total_pages: 3 }],
      ['?page=2&per_page=2', ['c', 'd'], { page: 2, per_page: 2, count: 2, total_count: 5, total_pages: 3 }],
      ['?page=3&per_page=2', ['e'], { page: 3, per_page: 2, count: 1, total_count: 5, total_pages: 3 }],
      ['?page=4&per_page=2', [], { page: 4, per_page: 2, count: 0, total_count: 5, total_pages: 3 }],
      ['?page=999999&per_page=1000', [], { page: 999_999, count: 0, total_count: 5, total_pages: 1 }],
      ['?per_page=3', ['a', 'b', 'c'], { page: 1, per_page: 3, count: 3, total_count: 5, total_pages: 2 }],
      ['?per_page=1000', ['a', 'b', 'c', 'd', 'e'], { page: 1, per_page: 1000, count: 5, total_pages: 1 }],
      ['?page=1', ['a', 'b', 'c', 'd', 'e'], { page: 1, count: 5, total_count: 5, total_pages: 1 }],
      ['?page=2', [], { page: 2, count: 0, total_count: 5 }],
      ['?page=3', [], { page: 3, count: 0, total_count: 5 }],
    ])('is paged, with an empty page past the end: %s', async (query, names, info) => {
      const { account } = await accountWith('a', 'b', 'c', 'd', 'e');
      const page = await list(account, query);
      expect(page.items.map(({ name }) => name)).toEqual(names);
      expect(page.info).toMatchObject(info);
    });

    it('has a stable order, also among tokens with the same timestamp', async () => {
      const account = await cf.account();
      cf.server.clock.freeze();
      for (let made = 0; made < 6; made += 1) await cf.token(account);
      cf.server.clock.reset();
      const whole = (await list(account)).items.map(({ id }) => id);
      const paged: string[] = [];
      for (const page of [1, 2, 3]) {
        const { items } = await list(account, `?per_page=2&page=${String(page)}`);
        paged.push(...items.map(({ id }) => id));
      }
      expect(paged).toEqual(whole);
      expect(new Set(whole).size).toBe(6);
    });

    it('finds all tokens with an exact name', async () => {
      const { account } = await accountWith('deploy', 'Deploy', 'deploy', 'deploy 2');
      expect(await namesOf(account, '?name=deploy')).toEqual(['deploy', 'deploy']);
      expect((await list(account, '?name=deploy&per_page=1')).info).toMatchObject({ count: 1, total_count: 2 });
      expect((await list(account, '?name=deploy&per_page=1&page=3')).info).toMatchObject({ count: 0, total_count: 2 });
      expect(await namesOf(account, '?name=deplo')).toEqual([]);
    });

    it('searches for a part of the name in any case', async () => {
      const { account } = await accountWith('GitHub deploy', 'Redeployer', 'backup');
      expect(await namesOf(account, '?search=DEPLOY')).toEqual(['GitHub deploy', 'Redeployer']);
      expect((await list(account, '?search=deploy&per_page=1')).info).toMatchObject({ total_count: 2, total_pages: 2 });
      expect(await namesOf(account, '?search=deploy&name=Redeployer')).toEqual(['Redeployer']);
    });

    it.each([
      ['%', '%25', '100%'],
      ['_', '_', 'snake_case'],
      ['a backslash', '%5C', 'C:\\temp'],
      ['a quote', "'", "it's"],
      ['emoji', encodeURIComponent('🔑'), 'the 🔑'],
    ])('treats %s in a search literally', async (_what, query, name) => {
      const { account } = await accountWith('plain', name);
      expect(await namesOf(account, `?search=${query}`)).toEqual([name]);
    });

    it.each(['name', 'search'])('finds nothing by a %s of 4,000 characters, and does not fail', async (field) => {
      const { account } = await accountWith('plain');
      expect(await namesOf(account, `?${field}=${'x'.repeat(4000)}`)).toEqual([]);
    });

    it('shows expired and disabled tokens, and not those of other accounts or deleted ones', async () => {
      const { account, tokens } = await accountWith('stays', 'goes');
      await cf.token(await cf.account());
      await cf.token(account, { name: 'off', enabled: false });
      await cf.token(account, { name: 'over', duration: '1ns' });
      await cf.admin.delete(tokenPath(account, tokens[1]?.id ?? ''));
      const { items, info } = await list(account);
      expect(items.map(({ name }) => name).sort()).toEqual(['off', 'over', 'stays']);
      expect(info.total_count).toBe(3);
      expect((await list(account, '?per_page=1')).info.total_count).toBe(3);
    });

    it('ignores unknown parameters', async () => {
      const { account } = await accountWith('one');
      expect(await namesOf(account, '?order=name&direction=desc&colour=red&page[x]=1&__proto__=1')).toEqual(['one']);
    });

    it('accepts an account id in upper case, and answers HEAD without a body', async () => {
      const { account } = await accountWith('one');
      expect((await list(account.toUpperCase())).items).toHaveLength(1);
      for (const query of ['', '?per_page=5']) {
        const reply = await cf.admin.send('HEAD', tokensOf(account) + query);
        expect({ status: reply.status, text: reply.text }).toEqual({ status: 200, text: '' });
      }
    });
  });

  describe('400', () => {
    it.each([
      ['page', '0'],
      ['page', '-1'],
      ['page', '1.5'],
      ['page', 'one'],
      ['page', ''],
      ['page', '1e3'],
      ['page', '99999999999999999999'],
      ['per_page', '0'],
      ['per_page', '1001'],
      ['per_page', '-5'],
      ['per_page', 'all'],
      ['per_page', '%00'],
      ['per_page', '0x10'],
    ])('refuses %s=%s and says what is allowed', async (field, value) => {
      expect(invalid(await cf.admin.get(`${tokensOf()}?${field}=${value}`), field)).toMatch(/from 1 to/);
    });

    it.each(['name', 'search'])('refuses a NUL in %s, which no name can contain', async (field) => {
      for (const query of [`${field}=%00`, `${field}=pl%00ain&per_page=5`, `${field}=a%00&page=2`]) {
        invalid(await cf.admin.get(`${tokensOf()}?${query}`), field);
      }
    });
  });

  describe('403', () => {
    it('answers with the same bytes for a foreign account and one that does not exist', async () => {
      const { account } = await accountWith('theirs');
      const { caller } = await cf.memberOf(await cf.account(), 'administrator');
      const foreign = await caller.get(tokensOf(account));
      expect(refusal(foreign, 403, 10000)).toEqual(AUTHENTICATION_ERROR);
      const nowhere = await caller.get(tokensOf(UNKNOWN_HEX));
      expect({ status: nowhere.status, text: nowhere.text }).toEqual({ status: 403, text: foreign.text });
    });
  });

  describe('404', () => {
    it('repeats the path, without the query, of an account that does not exist', async () => {
      const item = refusal(await cf.admin.get(`${tokensOf('x')}?page=1`), 404, 7003);
      expect(item.message).toBe(noRoute(cf, tokensOf('x')));
      refusal(await cf.admin.get(tokensOf(UNKNOWN_HEX)), 404, 7003);
    });
  });
});
