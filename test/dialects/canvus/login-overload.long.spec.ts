/** More simultaneous logins than can be checked: only checked attempts count as failures. */
import { expect, it } from '@jest/globals';
import type { Reply } from '../../support/http.js';
import { canvusSuite, newEmail, refusal } from './support.js';

const CALLERS = 100;

/** How many passwords may wait: few, so that even a fast machine cannot check them all while they arrive. */
const QUEUED = 8;

canvusSuite(
  'POST users/login, more at the same time than can be checked',
  (canvus) => {
    it('counts attempts whose password was checked, and none that were rejected', async () => {
      canvus.server.clock.freeze();
      const attempt = (): Promise<Reply> =>
        canvus.anonymous.post('/users/login', { email: newEmail(), password: 'wrong' });
      const replies = await Promise.all(Array.from({ length: CALLERS }, attempt));
      const sentAway = replies.filter(({ status }) => status === 503);
      expect(sentAway.length).toBeGreaterThan(0);
      for (const { headers } of sentAway) expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
      expect(replies.filter(({ status }) => status === 401)).toHaveLength(CALLERS - sentAway.length);
      let left = sentAway.length;
      for (; left > QUEUED; left -= QUEUED) {
        for (const reply of await Promise.all(Array.from({ length: QUEUED }, attempt))) refusal(reply, 401);
      }
      for (; left > 0; left -= 1) refusal(await attempt(), 401);
      refusal(await attempt(), 429);
    });
  },
  {
    LOGIN_FAILURES_PER_ADDRESS: String(CALLERS),
    PASSWORD_SLOTS: '1',
    PASSWORD_QUEUE: String(QUEUED),
    BCRYPT_COST: '9',
  },
);
