import { describe, expect, it } from '@jest/globals';
import type { Reply } from '../../support/http.js';
import {
  cloudflareSuite,
  countRows,
  failure,
  ok,
  okList,
  refusal,
  tokenPath,
  tokensOf,
  type ServiceToken,
  type ServiceTokenWithSecret,
} from './support.js';

const times = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

cloudflareSuite('races', (cf) => {
  const newToken = async (fields = {}): Promise<{ account: string; token: ServiceTokenWithSecret; path: string }> => {
    const account = await cf.account();
    const token = await cf.token(account, fields);
    return { account, token, path: tokenPath(account, token.id) };
  };

  /** Conflicts contain nothing else; the other answers have different secrets, of which the last works. */
  const checkRotations = async (before: ServiceTokenWithSecret, path: string, replies: Reply[]): Promise<number> => {
    const won = replies.filter(({ status }) => status === 200).map((reply) => ok<ServiceTokenWithSecret>(reply));
    for (const reply of replies.filter(({ status }) => status !== 200)) {
      expect(refusal(reply, 409, 12132).message).toMatch(/try again/);
      // The vendor's libraries would repeat it by themselves, and replace the secret that another caller has just got.
      expect(reply.headers['x-should-retry']).toBe('false');
      expect(reply.text).not.toContain('lkst_');
    }
    expect(won.length).toBeGreaterThanOrEqual(1);
    expect(new Set(won.map(({ client_secret: secret }) => secret)).size).toBe(won.length);
    expect(new Set(won.map(({ client_secret_version: version }) => version)).size).toBe(won.length);
    const { client_secret_version: version } = ok<ServiceToken>(await cf.admin.get(path));
    for (const answer of won) {
      const expected = answer.client_secret_version === version ? 'valid' : 'wrong_secret';
      expect(await cf.verdict(before.client_id, answer.client_secret)).toBe(expected);
    }
    expect(won.some((answer) => answer.client_secret_version === version)).toBe(true);
    expect(await cf.verdict(before.client_id, before.client_secret)).toBe('wrong_secret');
    return won.length;
  };

  it.each([1, 2, 3, 4, 5])('of two simultaneous rotations exactly one secret is current (%d)', async () => {
    const { token, path } = await newToken();
    const replies = await times(2, () => cf.admin.post(`${path}/rotate`));
    const won = await checkRotations(token, path, replies);
    expect(ok<ServiceToken>(await cf.admin.get(path)).client_secret_version).toBe(1 + won);
  });

  it('of many parallel rotations exactly one secret is current, and the others may try again', async () => {
    const { token, path } = await newToken();
    const replies = await times(50, () => cf.admin.post(`${path}/rotate`));
    const won = await checkRotations(token, path, replies);
    expect(ok<ServiceToken>(await cf.admin.get(path)).client_secret_version).toBe(1 + won);
    const again = ok<ServiceTokenWithSecret>(await cf.admin.post(`${path}/rotate`));
    expect(await cf.verdict(token.client_id, again.client_secret)).toBe('valid');
  });

  it('of many rotations by PUT to one version exactly one shows a secret, and it works', async () => {
    const { token, path } = await newToken();
    const replies = await times(8, () => cf.admin.put(path, { client_secret_version: 2 }));
    const secrets = replies
      .filter(({ status }) => status === 200)
      .map((reply) => ok<Partial<ServiceTokenWithSecret>>(reply).client_secret)
      .filter((secret) => secret !== undefined);
    for (const reply of replies.filter(({ status }) => status !== 200)) refusal(reply, 409, 12132);
    expect(secrets).toHaveLength(1);
    expect(await cf.verdict(token.client_id, secrets[0] ?? '')).toBe('valid');
    expect(ok<ServiceToken>(await cf.admin.get(path)).client_secret_version).toBe(2);
  });

  it('of simultaneous rotations in both ways exactly one secret is current', async () => {
    const { token, path } = await newToken();
    const replies = await times(8, (index) =>
      index % 2 === 0 ? cf.admin.post(`${path}/rotate`) : cf.admin.put(path, { client_secret_version: 2 + index }),
    );
    const rotations = replies.filter((reply) => reply.status !== 200 || reply.text.includes('client_secret"'));
    await checkRotations(token, path, rotations);
  });

  it.each([1, 2, 3])('no secret outlives a deletion that races with rotations (%d)', async () => {
    const { account, token, path } = await newToken();
    const [deleted, ...rotations] = await Promise.all([
      cf.admin.delete(path),
      ...Array.from({ length: 4 }, () => cf.admin.post(`${path}/rotate`)),
    ]);
    ok(deleted);
    expect(await cf.verdict(token.client_id, token.client_secret)).toBe('unknown');
    for (const reply of rotations) {
      if (reply.status === 200) {
        const { client_secret: secret } = ok<ServiceTokenWithSecret>(reply);
        expect(await cf.verdict(token.client_id, secret)).toBe('unknown');
      } else expect([12132, 12135]).toContain(failure(reply).code);
    }
    refusal(await cf.admin.get(path), 404, 12135);
    expect(okList(await cf.admin.get(`${tokensOf(account)}?per_page=1`)).info.total_count).toBe(0);
  });

  it('of many deletions of one token exactly one succeeds, and it is counted once', async () => {
    const { account, path } = await newToken();
    await cf.token(account);
    const replies = await times(8, () => cf.admin.delete(path));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const reply of replies.filter(({ status }) => status !== 200)) refusal(reply, 404, 12135);
    expect(okList(await cf.admin.get(`${tokensOf(account)}?per_page=1`)).info.total_count).toBe(1);
  });

  it('simultaneous updates of different fields are all stored', async () => {
    const { path } = await newToken();
    const bodies = [{ name: 'renamed' }, { enabled: false }, { duration: '17520h' }];
    const replies = await Promise.all(bodies.map((body) => cf.admin.put(path, body)));
    for (const [index, reply] of replies.entries()) expect(ok(reply)).toMatchObject(bodies[index] ?? {});
    expect(ok(await cf.admin.get(path))).toMatchObject({ name: 'renamed', enabled: false, duration: '17520h' });
  });

  it('of simultaneous updates of the same fields one is stored completely, and each answer shows its own', async () => {
    const { path } = await newToken();
    const body = (index: number): object => ({ name: `name ${String(index)}`, duration: `${String(index + 1)}h` });
    const replies = await times(10, (index) => cf.admin.put(path, body(index)));
    for (const [index, reply] of replies.entries()) expect(ok(reply)).toMatchObject(body(index));
    const { name } = ok<ServiceToken>(await cf.admin.get(path));
    expect(ok(await cf.admin.get(path))).toMatchObject(body(Number(name.slice(5))));
  });

  it('an update does not undo a concurrent rotation', async () => {
    const { token, path } = await newToken();
    const [rotated, ...updates] = await Promise.all([
      cf.admin.post(`${path}/rotate`),
      ...Array.from({ length: 6 }, (_, index) => cf.admin.put(path, { name: `n${String(index)}`, enabled: true })),
    ]);
    for (const reply of updates) expect(ok(reply)).not.toHaveProperty('client_secret');
    const { client_secret: secret } = ok<ServiceTokenWithSecret>(rotated);
    expect(await cf.verdict(token.client_id, secret)).toBe('valid');
    expect(await cf.verdict(token.client_id, token.client_secret)).toBe('wrong_secret');
    expect(ok<ServiceToken>(await cf.admin.get(path)).client_secret_version).toBe(2);
  });

  it.each([0, 1, 2, 3, 5, 8])('an account deleted during creations leaves no token behind (%d)', async (before) => {
    const { account, token, path } = await newToken();
    const create = (index: number): Promise<Reply> => cf.admin.post(tokensOf(account), { name: `n${String(index)}` });
    const early = times(before, create);
    const changes = Promise.all([
      cf.admin.post(`${path}/rotate`),
      cf.admin.put(path, { name: 'late' }),
      cf.admin.post(`${path}/refresh`),
      cf.admin.delete(path),
    ]);
    const deletion = cf.admin.delete(`/accounts/${account}`);
    const late = times(20, create);
    ok(await deletion);
    const created = [...(await early), ...(await late)];
    for (const reply of created.filter(({ status }) => status !== 201)) refusal(reply, 404, 7003);
    for (const reply of await changes) if (reply.status !== 200) failure(reply);
    for (const reply of created.filter(({ status }) => status === 201)) {
      const { client_id: id, client_secret: secret } = ok<ServiceTokenWithSecret>(reply, 201);
      expect(await cf.verdict(id, secret)).toBe('unknown');
    }
    expect(await cf.verdict(token.client_id, token.client_secret)).toBe('unknown');
    for (const table of ['token', 'token_count', 'membership']) {
      expect(await countRows(cf.server, `latchkey_${table} WHERE account_id = '${account}'`)).toBe(0);
    }
  });

  describe('counts', () => {
    it('stay correct while tokens are created and deleted at the same time', async () => {
      const account = await cf.account();
      const tokens = await times(10, () => cf.token(account));
      const pages: Promise<Reply>[] = [];
      await Promise.all([
        ...tokens.slice(0, 6).map(({ id }) => cf.admin.delete(tokenPath(account, id))),
        ...Array.from({ length: 9 }, async () => {
          await cf.token(account);
          pages.push(cf.admin.get(`${tokensOf(account)}?per_page=5`));
        }),
      ]);
      for (const page of await Promise.all(pages)) {
        const { info } = okList(page);
        expect(info.total_count).toBeGreaterThanOrEqual(4);
        expect(info.total_count).toBeLessThanOrEqual(19);
        expect(info.total_pages).toBe(Math.ceil(info.total_count / 5));
      }
      const whole = okList(await cf.admin.get(tokensOf(account)));
      expect(whole.items).toHaveLength(13);
      expect(whole.info.total_count).toBe(13);
      const { info } = okList(await cf.admin.get(`${tokensOf(account)}?per_page=5`));
      expect(info).toMatchObject({ count: 5, total_count: 13, total_pages: 3 });
      expect(await countRows(cf.server, `latchkey_token WHERE account_id = '${account}'`)).toBe(13);
    });
  });
});
