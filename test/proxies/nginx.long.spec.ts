import { expect, it } from '@jest/globals';
import { pair } from '../data-plane/support.js';
import { ACCOUNT } from '../support/test-server.js';
import { applicationCases } from './application-cases.js';
import { guardCases } from './guard-cases.js';
import { NGINX, NGINX_OF_PAGES } from './proxies.js';
import { IDENTITY_NAMES, guardedSuite } from './support.js';
import { undecidedCases } from './undecided-cases.js';

guardCases(NGINX);
undecidedCases(NGINX, 503);
applicationCases(NGINX);

guardedSuite(NGINX_OF_PAGES, 'a service behind nginx as README shows it', ({ cf, passed, refused }) => {
  it('admits only tokens of the account, and replaces identity headers of the client', async () => {
    const [own, foreign] = [await cf.token(ACCOUNT.id), await cf.token(await cf.account())];
    const forged = Object.fromEntries(
      IDENTITY_NAMES.flatMap((name) => [name, name.replaceAll('-', '_')]).map((name) => [name, 'forged']),
    );
    const { headers } = await passed({ ...pair(own), ...forged, Authorization: 'Basic eDp5' });
    const ours = Object.entries(headers).filter(([name]) => /^(latchkey|cf-access|private|authorization)/.test(name));
    expect(Object.fromEntries(ours)).toEqual({
      'latchkey-token-id': own.id,
      'latchkey-account-id': ACCOUNT.id,
      authorization: 'Basic eDp5',
    });
    expect((await refused({ ...pair(foreign), ...forged })).status).toBe(403);
    expect((await refused(forged)).status).toBe(401);
  });
});
