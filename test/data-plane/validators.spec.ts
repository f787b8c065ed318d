/** What applications use to check assertions takes ours as it is, and refuses whatever differs. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ACCOUNT, startServer } from '../support/test-server.js';
import { changeKeys, forgeries } from './forgeries.js';
import { ask, assertionOf, guardedApplication, partOf } from './guarded.js';
import { dataPlaneSuite, pair, type Headers } from './support.js';
import { ISSUER, mapHosts, validatorsFor, type Validator } from './validators.js';

const NAMES = Object.keys(validatorsFor('http://127.0.0.1'));
dataPlaneSuite(
  'a validator',
  ({ cf }) => {
    let aud: string;
    let service: Headers;
    let assertion: string;
    let unmap: () => void;
    const assertionNow = async (): Promise<string> => assertionOf(await ask(cf.server, `app=${aud}`, service));
    const validator = (name: string): Validator =>
      validatorsFor(cf.server.baseUrl)[name] ?? (() => Promise.reject(new Error(name)));

    beforeAll(async () => {
      unmap = mapHosts(cf.server.baseUrl);
      ({ aud } = await guardedApplication(cf.server));
      service = pair(await cf.token(ACCOUNT.id));
      assertion = await assertionNow();
    });
    afterAll(() => {
      unmap();
    });

    describe.each(NAMES)('%s', (name) => {
      it('accepts an assertion', async () => {
        expect(await validator(name)(assertion, { aud })).toBe(true);
      });

      it('refuses one for another application, and of another issuer', async () => {
        expect(await validator(name)(assertion, { aud: 'f'.repeat(64) })).toBe(false);
        expect(await validator(name)(assertion, { aud, team: 'other' })).toBe(false);
      });

      it('refuses forged ones', async () => {
        const forged = await forgeries(cf.server, assertion);
        for (const text of forged) expect([text, await validator(name)(text, { aud })]).toEqual([text, false]);
      });

      it('refuses one that has expired', async () => {
        cf.server.clock.advance(-400_000);
        const old = await assertionNow();
        cf.server.clock.reset();
        expect(await validator(name)(old, { aud })).toBe(false);
      });
    });

    it('loses nobody while the key changes', async () => {
      const before = Object.entries(validatorsFor(cf.server.baseUrl));
      for (const [, accepts] of before) expect(await accepts(await assertionNow(), { aud })).toBe(true);
      const [, next] = await changeKeys(cf.server);
      const other = pair(await cf.token(ACCOUNT.id));
      const changed = assertionOf(await ask(cf.server, `app=${aud}`, other));
      expect(partOf(changed, 0).kid).toBe(next);
      for (const [name, accepts] of before) {
        expect([name, await accepts(changed, { aud })]).toEqual([name, true]);
        expect([name, await accepts(assertion, { aud })]).toEqual([name, true]);
      }
    });
  },
  { ASSERTION_ISSUER: ISSUER },
  startServer,
);
