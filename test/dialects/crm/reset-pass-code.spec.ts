import { describe, expect, it, jest } from '@jest/globals';
import { HashingService } from '../../../src/core/index.js';
import { itNeedsAToken } from './common-cases.js';
import { methodOf } from './methods.js';
import {
  ERROR,
  auditRows,
  byCode,
  byIdentifier,
  crmSuite,
  data,
  failure,
  make,
  shown,
  unchanged,
  unique,
  type AccessToken,
} from './support.js';

const PATH = 'access_tokens/reset_pass_code';
const SHOW = 'access_tokens/show';
const method = methodOf('POST', PATH);

type Reset = AccessToken & { random_pass_code: string };

const KEYS = [
  'authentication_code',
  'id',
  'identifier',
  'life_cycle_state',
  'log_information',
  'number',
  'random_pass_code',
];

crmSuite('POST access_tokens/reset_pass_code', (crm) => {
  describe('OK', () => {
    it('returns a new pass code of six letters and digits, with the documented fields', async () => {
      const { code, token } = await make(crm.root);
      const reset = data<Reset>(await crm.root.post(PATH, { authentication_code: code }));
      expect(Object.keys(reset).sort()).toEqual(KEYS);
      expect(reset.random_pass_code).toMatch(/^[A-Za-z0-9]{6}$/);
      const { id, number, identifier } = token;
      expect(reset).toMatchObject({ id, number, identifier, authentication_code: code, life_cycle_state: 'EFFECTIVE' });
    });

    it('replaces the old pass code at once', async () => {
      const made = await make(crm.root);
      const { random_pass_code: passCode } = data<Reset>(await crm.root.post(PATH, { authentication_code: made.code }));
      data(await crm.root.post(SHOW, byIdentifier({ ...made, passCode })));
      failure(await crm.root.post(SHOW, byIdentifier(made)), ERROR.notFound);
    });

    it('finds by identifier without the pass code, and ignores one that is given', async () => {
      const { identifier, token } = await make(crm.root);
      for (const more of [{}, { pass_code: 'wrong' }, { pass_code: 7 }]) {
        expect(data(await crm.root.post(PATH, { identifier, ...more }))).toMatchObject({ id: token.id });
      }
    });

    it('returns a different pass code each time', async () => {
      const { code } = await make(crm.root);
      const passCodes = new Set<string>();
      for (const _time of [1, 2, 3, 4, 5]) {
        passCodes.add(data<Reset>(await crm.root.post(PATH, { authentication_code: code })).random_pass_code);
      }
      expect(passCodes.size).toBe(5);
    });

    it('shows who did it and when, and writes one audit row without the pass code', async () => {
      crm.server.clock.freeze();
      const { code, token } = await make(crm.root);
      const { length } = await auditRows(crm.server);
      crm.server.clock.advance(5000);
      const reset = data<Reset>(await crm.root.post(PATH, { authentication_code: code }));
      const { created_date: created, updated_date: updated } = reset.log_information;
      expect(created).toBe(token.log_information.created_date);
      expect(new Date(updated).getTime() - new Date(created).getTime()).toBe(5000);
      const rows = (await auditRows(crm.server)).slice(length);
      expect(rows).toMatchObject([{ action: 'token.updated', authorId: 1000 }]);
      expect(JSON.stringify(rows)).not.toContain(reset.random_pass_code);
      expect((await shown(crm.root, code)).log_information).toEqual(reset.log_information);
      crm.server.clock.reset();
    });
  });

  describe('errors', () => {
    itNeedsAToken(crm, method);

    it.each([
      ['neither', {}],
      ['both null', { authentication_code: null, identifier: null }],
      ['both empty', { authentication_code: '', identifier: '' }],
      ['both given', { authentication_code: 'a', identifier: 'b' }],
      ['both in an object, as in other methods', byCode('a')],
    ])('requires exactly one of code and identifier: %s', async (_what, members) => {
      await unchanged(crm.server, async () => {
        failure(await crm.root.post(PATH, members), ERROR.semiOptional);
      });
    });

    it.each(['authentication_code', 'identifier'])('refuses a %s that is not text', async (name) => {
      for (const value of [7, ['x'], {}, true]) {
        expect(failure(await crm.root.post(PATH, { [name]: value }), ERROR.invalid)).toContain(name);
      }
    });

    it('does not find an unknown token', async () => {
      const { code, identifier } = await make(crm.root);
      for (const members of [{ authentication_code: identifier }, { identifier: code }, { identifier: unique('x') }]) {
        failure(await crm.root.post(PATH, members), ERROR.notFound);
      }
    });

    it('refuses a token that is not effective, and leaves its pass code', async () => {
      const made = await make(crm.root);
      data(await crm.root.post('access_tokens/set_as_not_effective', byCode(made.code)));
      await unchanged(crm.server, async () => {
        failure(await crm.root.post(PATH, { authentication_code: made.code }), ERROR.state);
        failure(await crm.root.post(PATH, { identifier: made.identifier }), ERROR.state);
      });
      data(await crm.root.post(SHOW, byIdentifier(made)));
    });

    it('refuses a token that ceases to be effective meanwhile, and leaves its pass code', async () => {
      const made = await make(crm.root);
      const hashing = crm.server.app.get(HashingService);
      const hashPassword = hashing.hashPassword.bind(hashing);
      jest.spyOn(hashing, 'hashPassword').mockImplementation(async (...given) => {
        data(await crm.root.post('access_tokens/set_as_not_effective', byCode(made.code)));
        return hashPassword(...given);
      });
      failure(await crm.root.post(PATH, { authentication_code: made.code }), ERROR.state);
      data(await crm.root.post(SHOW, byIdentifier(made)));
    });
  });
});
