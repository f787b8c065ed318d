/** CRM_TOKENS_PER_ACCOUNT: how many access tokens an organisation may have. */
import { expect, it } from '@jest/globals';
import type { Reply } from '../../support/http.js';
import { ERROR, crmSuite, failure, make } from './support.js';

crmSuite(
  'an organisation with as many access tokens as it may have',
  (crm) => {
    it('gets no further one, and is told what to do; others are not concerned', async () => {
      const [full, other] = [(await crm.organisation()).root, (await crm.organisation()).root];
      const create = (): Promise<Reply> => full.post('access_tokens/create', { identifier: 'more', pass_code: '4711' });
      for (let count = 0; count < 3; count += 1) await make(full);
      const told = failure(await create(), ERROR.invalid);
      expect(told).toMatch(/has 3 access tokens.*CRM_TOKENS_PER_ACCOUNT\); release/);
      await make(other);
    });

    it('is not exceeded by creations at the same time', async () => {
      const { root } = await crm.organisation();
      const made = await Promise.allSettled(Array.from({ length: 6 }, () => make(root)));
      expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    });
  },
  { CRM_TOKENS_PER_ACCOUNT: '3' },
);
