import { describe, expect, it } from '@jest/globals';
import { cloudflareSuite, countRows, okList, refusal, tokenPath, tokensOf } from './support.js';

const QUOTA = 3;

cloudflareSuite(
  'SERVICE_TOKENS_PER_ACCOUNT',
  (cf) => {
    const create = (account: string): ReturnType<typeof cf.admin.post> =>
      cf.admin.post(tokensOf(account), { name: 'one more' });

    describe('400', () => {
      it('refuses one token more, until another is deleted', async () => {
        const account = await cf.account();
        const tokens = [await cf.token(account), await cf.token(account), await cf.token(account)];
        const item = refusal(await create(account), 400, 12130);
        expect(item.message).toEqual(
          expect.stringMatching(
            /^access\.api\.error\.invalid_request: maximum number of service tokens has been reached: the account has \d+ \(setting SERVICE_TOKENS_PER_ACCOUNT\); delete/,
          ),
        );
        expect((await cf.admin.delete(tokenPath(account, tokens[0]?.id ?? ''))).status).toBe(200);
        expect((await create(account)).status).toBe(201);
        refusal(await create(account), 400, 12130);
      });

      it.each([1, 2, 3])('is not exceeded by ten simultaneous creations (%d)', async () => {
        const account = await cf.account();
        const replies = await Promise.all(Array.from({ length: 10 }, () => create(account)));
        expect(replies.filter(({ status }) => status === 201)).toHaveLength(QUOTA);
        for (const reply of replies.filter(({ status }) => status !== 201)) refusal(reply, 400, 12130);
        expect(okList(await cf.admin.get(`${tokensOf(account)}?per_page=10`)).info.total_count).toBe(QUOTA);
        expect(await countRows(cf.server, `latchkey_token WHERE account_id = '${account}'`)).toBe(QUOTA);
      });
    });

    it('applies to each account separately, and does not prevent changes, rotation and refresh', async () => {
      const [full, other] = [await cf.account(), await cf.account()];
      const token = await cf.token(full);
      await cf.token(full);
      await cf.token(full, { enabled: false, duration: '1ns' });
      refusal(await create(full), 400, 12130);
      expect((await create(other)).status).toBe(201);
      const path = tokenPath(full, token.id);
      expect((await cf.admin.put(path, { client_secret_version: 2 })).status).toBe(200);
      for (const action of ['rotate', 'refresh']) expect((await cf.admin.post(`${path}/${action}`)).status).toBe(200);
    });
  },
  { SERVICE_TOKENS_PER_ACCOUNT: String(QUOTA) },
);
