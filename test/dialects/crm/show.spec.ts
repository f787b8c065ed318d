import { describe, expect, it, jest } from '@jest/globals';
import bcrypt from 'bcrypt';
import { ACCOUNT } from '../../support/test-server.js';
import { itNeedsAToken, itNeedsOneIdentifier } from './common-cases.js';
import { methodOf } from './methods.js';
import {
  ACCOUNT_UNIT,
  DATE,
  ERROR,
  FIELDS,
  HEX_32,
  byCode,
  byIdentifier,
  crmSuite,
  data,
  failure,
  make,
  unchanged,
  unique,
  type AccessToken,
} from './support.js';

const PATH = 'access_tokens/show';
const [byPost, byGet] = [methodOf('POST', PATH), methodOf('GET', PATH)];

crmSuite('POST access_tokens/show', (crm) => {
  describe('OK', () => {
    it('finds by authentication code alone, and shows every documented field', async () => {
      const { code, identifier } = await make(crm.root);
      const token = data<AccessToken>(await crm.root.post(PATH, byCode(code)));
      expect(Object.keys(token).sort()).toEqual(FIELDS);
      expect(token).toMatchObject({
        id: expect.stringMatching(HEX_32),
        number: expect.stringMatching(/^AT\d{10}$/),
        life_cycle_state: 'EFFECTIVE',
        authentication_code: code,
        identifier,
        verification_code: null,
        verified_date: null,
        verified_by_user: null,
        classification: null,
        accounts_receivable: null,
        rewards_participant: null,
        log_information: {
          created_date: expect.stringMatching(DATE),
          updated_date: expect.stringMatching(DATE),
          created_by_unit: ACCOUNT_UNIT,
          updated_by_unit: ACCOUNT_UNIT,
        },
      });
    });

    it('finds the same record by identifier and pass code', async () => {
      const made = await make(crm.root);
      const token = data<AccessToken>(await crm.root.post(PATH, byIdentifier(made)));
      expect(token).toEqual(made.token);
    });

    it('shows what create returned', async () => {
      const { token, code } = await make(crm.root);
      expect(data(await crm.root.post(PATH, byCode(code)))).toEqual(token);
    });

    it('finds tokens in any state', async () => {
      const made = await make(crm.root);
      data(await crm.root.post('access_tokens/set_as_not_effective', byCode(made.code)));
      for (const members of [byCode(made.code), byIdentifier(made)]) {
        expect(data(await crm.root.post(PATH, members))).toMatchObject({ life_cycle_state: 'NOT_EFFECTIVE' });
      }
    });

    it.each([
      ['a wrong pass code', { pass_code: 'wrong' }],
      ['a pass code of another type', { pass_code: 7 }],
      ['an identifier of null', { identifier: null }],
      ['an empty identifier', { identifier: '' }],
      ['unknown members', { id: 'x', number: 7 }],
    ])('ignores %s in addition to the code', async (_what, more) => {
      const { code } = await make(crm.root);
      const reply = await crm.root.post(PATH, { access_token_identifier: { authentication_code: code, ...more } });
      expect(data(reply)).toMatchObject({ authentication_code: code });
    });

    it('ignores an empty code in addition to identifier and pass code', async () => {
      const { identifier, passCode } = await make(crm.root);
      for (const code of ['', null]) {
        const named = { identifier, pass_code: passCode, authentication_code: code };
        expect(data(await crm.root.post(PATH, { access_token_identifier: named }))).toMatchObject({ identifier });
      }
    });

    it('changes nothing', async () => {
      const made = await make(crm.root);
      await unchanged(crm.server, async () => {
        data(await crm.root.post(PATH, byIdentifier(made)));
      });
    });
  });

  describe('errors', () => {
    itNeedsAToken(crm, byPost);
    itNeedsOneIdentifier(crm, PATH);

    it('does not accept a code as an identifier, with any pass code', async () => {
      await crm.accounts('PUT', `/${ACCOUNT.id}`, { settings: { allow_no_identifier: true } });
      const { code } = await make(crm.root, { identifier: null });
      for (const identifier of ['null', code, 'undefined']) {
        const named = { identifier, pass_code: 'anything' };
        failure(await crm.root.post(PATH, { access_token_identifier: named }), ERROR.notFound);
      }
      await crm.accounts('PUT', `/${ACCOUNT.id}`, { settings: { allow_no_identifier: null } });
    });
  });
});

crmSuite('GET access_tokens/show', (crm) => {
  itNeedsAToken(crm, byGet);

  it('finds by code, and by identifier and pass code', async () => {
    const { code, identifier, passCode, token } = await make(crm.root);
    for (const named of [`authentication_code=${code}`, `identifier=${identifier},pass_code=${passCode}`]) {
      expect(data(await crm.root.get(PATH, `access_token_identifier=${named}`))).toEqual(token);
    }
  });

  it.each([
    ['access_token_identifier missing', '', ERROR.missing],
    ['access_token_identifier empty', 'access_token_identifier=', ERROR.missing],
    ['a bare text', 'access_token_identifier=abc', ERROR.invalid],
    ['the id', 'access_token_identifier=id=abc', ERROR.semiOptional],
    ['both', 'access_token_identifier=authentication_code=a,identifier=b,pass_code=c', ERROR.semiOptional],
    ['no pass code', 'access_token_identifier=identifier=b', ERROR.missing],
    ['an unknown code', 'access_token_identifier=authentication_code=nobody', ERROR.notFound],
    ['a wrong pass code', 'access_token_identifier=identifier=nobody,pass_code=c', ERROR.notFound],
    ['broken JSON', 'access_token_identifier={%22authentication_code%22', ERROR.invalid],
    ['a JSON array', 'access_token_identifier=[1]', ERROR.invalid],
    ['two of them', 'access_token_identifier=identifier=a&access_token_identifier=identifier=b', ERROR.invalid],
  ])('refuses %s', async (_what, query, error) => {
    await unchanged(crm.server, async () => {
      failure(await crm.root.get(PATH, query), error);
    });
  });
});

crmSuite('POST access_tokens/show that finds nothing', (crm) => {
  it('compares one hash of the same cost for an unknown identifier, or one without pass code, as for a wrong one', async () => {
    const { identifier } = await make(crm.root);
    const bare = await make(crm.root);
    await crm.server.dataSource.query(`UPDATE latchkey_token SET pass_code_hash = NULL WHERE handle = '${bare.code}'`);
    const compare = jest.spyOn(bcrypt, 'compare');
    for (const name of [identifier, unique('unknown'), bare.identifier]) {
      compare.mockClear();
      failure(await crm.root.post(PATH, byIdentifier({ identifier: name, passCode: 'wrong' })), ERROR.notFound);
      expect([name, compare.mock.calls.map(([, hash]) => bcrypt.getRounds(hash))]).toEqual([name, [4]]);
    }
    compare.mockRestore();
  });
});
