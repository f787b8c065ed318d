import { expect, it } from '@jest/globals';
import { firstStartNotice, type NoticePages } from './first-start-notice.js';

it('names the documentation and the console only if there are any', () => {
  const notice = (pages: NoticePages): string =>
    firstStartNotice({ accountId: 'a' }, [], 'http://127.0.0.1:3000', pages);
  expect(notice({ docs: true, console: false })).toContain('http://127.0.0.1:3000/docs\n');
  expect(notice({ docs: true, console: false })).not.toContain('/console');
  expect(notice({ docs: false, console: true })).toContain('http://127.0.0.1:3000/console/\n');
  expect(notice({ docs: false, console: true })).not.toContain('/docs');
  expect(notice({ docs: false, console: false })).toContain('/verify?account=a');
});
