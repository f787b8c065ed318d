/** What applications use to check assertions takes ours as it is, and refuses whatever differs. */
import { createHmac, createPublicKey, generateKeyPairSync, hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { SigningKeyCreated, SigningKeys } from '../../src/assertions/index.js';
import { servicesOf } from '../support/services.js';
import { ACCOUNT, startServer } from '../support/test-server.js';
import { ask, assertionOf, guardedApplication, partOf } from './guarded.js';
import { dataPlaneSuite, pair, type Headers } from './support.js';
import { ISSUER, mapHosts, validatorsFor, type Validator } from './validators.js';

const NAMES = Object.keys(validatorsFor('http://127.0.0.1'));
const DAY_MS = 86_400_000;

/** A key that the server does not know. */
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

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
        const [header, claims] = [partOf(assertion, 0), partOf(assertion, 1)];
        const [key] = await cf.server.app.get(SigningKeys).published();
        const publicKey = createPublicKey({ key: { ...key?.publicKey }, format: 'jwk' });
        const unsigned = `${encoded({ ...header, alg: 'none' })}.${encoded(claims)}.`;
        const body = `${encoded({ ...header, alg: 'HS256' })}.${encoded(claims)}`;
        const pem = publicKey.export({ type: 'spki', format: 'pem' });
        const hmac = `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`;
        const signed = (kid: string): Promise<string> =>
          new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).sign(privateKey);
        const forged = [unsigned, hmac, await signed(hash('sha256', 'own')), await signed(String(header.kid))];
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
      // As if 42 days had passed for the keys, and none for the validators, whose clock cannot be moved.
      const kids = async (): Promise<unknown> =>
        (await cf.server.app.get(SigningKeys).published()).map(({ publicKey }) => publicKey.kid);
      const [current, next] = (await kids()) as string[];
      const table = 'latchkey_signing_key';
      await cf.server.dataSource.query(
        `UPDATE ${table} SET signs_from = signs_from - ${String(42 * DAY_MS)} WHERE kid IN ('${String(current)}', '${String(next)}')`,
      );
      await servicesOf(cf.server).events.deliver([new SigningKeyCreated()]);
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
