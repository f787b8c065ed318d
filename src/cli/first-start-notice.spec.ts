import { expect, it } from '@jest/globals';
import { firstStartNotice } from './first-start-notice.js';

it('names the documentation only if there is any', () => {
  const notice = (hasDocs: boolean): string =>
    firstStartNotice({ accountId: 'a' }, [], 'http://127.0.0.1:3000', hasDocs);
  expect(notice(true)).toContain('http://127.0.0.1:3000/docs\n');
  expect(notice(false)).not.toContain('/docs');
  expect(notice(false)).toContain('/verify?account=a');
});
