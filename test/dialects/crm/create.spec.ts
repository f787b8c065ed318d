import { describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import { itNeedsAToken } from './common-cases.js';
import { methodOf } from './methods.js';
import {
  ACCOUNT_UNIT,
  DATE,
  ERROR,
  FIELDS,
  HEX_32,
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
  type Members,
} from './support.js';

const PATH = 'access_tokens/create';
const method = methodOf('POST', PATH);

const names = (): Members => ({ identifier: unique('identifier'), pass_code: unique('pass') });

crmSuite('POST access_tokens/create', (crm) => {
  const create = async (members: Members): Promise<AccessToken> => data(await crm.root.post(PATH, members));

  describe('OK', () => {
    it('returns the whole record, effective, with its code and identifier as they were given', async () => {
      const [code, identifier] = [unique('AC'), 'Jane@Example.com'];
      const token = await create({ authentication_code: code, identifier, pass_code: '12345' });
      expect(Object.keys(token).sort()).toEqual(FIELDS);
      expect(token).toMatchObject({
        id: expect.stringMatching(HEX_32),
        number: expect.stringMatching(/^AT\d{10}$/),
        life_cycle_state: 'EFFECTIVE',
        authentication_code: code,
        identifier,
        log_information: {
          created_date: expect.stringMatching(DATE),
          created_by_unit: ACCOUNT_UNIT,
          updated_by_unit: ACCOUNT_UNIT,
        },
      });
      expect(await shown(crm.root, code)).toEqual(token);
    });

    it.each([
      ['missing', {}],
      ['null', { authentication_code: null }],
      ['empty', { authentication_code: '' }],
    ])('generates an authentication code if it is %s', async (_what, more) => {
      const [one, other] = [await create({ ...names(), ...more }), await create({ ...names(), ...more })];
      for (const { authentication_code: code } of [one, other]) expect(code).toMatch(HEX_32);
      expect(one.authentication_code).not.toBe(other.authentication_code);
      expect((await shown(crm.root, one.authentication_code)).id).toBe(one.id);
    });

    it('numbers the records of each organisation from 1 without a gap', async () => {
      const [one, other] = [await crm.organisation(), await crm.organisation()];
      for (const at of [1, 2, 3]) {
        for (const { root } of [one, other]) {
          expect((await make(root)).token.number).toBe(`AT000000000${String(at)}`);
        }
      }
    });

    it('makes the pass code work at once', async () => {
      const made = await make(crm.root);
      expect(data(await crm.root.post('access_tokens/show', byIdentifier(made)))).toEqual(made.token);
    });

    it.each([
      ['of one character', 'x'],
      ['of 255 characters', 'x'.repeat(255)],
      ['of 255 characters beyond the basic plane', '🔑'.repeat(255)],
      ['with spaces, signs and right-to-left text', '  "\\\' <b> שלום = , & ; %41 $1 '],
      ['with combining characters', 'e\u0301 is not \u00e9'],
    ])('keeps code and identifier %s byte for byte', async (_what, text) => {
      const { root } = await crm.organisation();
      const made = await make(root, { authentication_code: text, identifier: text });
      expect(made.token).toMatchObject({ authentication_code: text, identifier: text });
      expect(data(await root.post('access_tokens/show', byCode(text)))).toEqual(made.token);
      expect(data(await root.post('access_tokens/show', byIdentifier(made)))).toEqual(made.token);
    });

    it.each([
      ['of 72 bytes', 'x'.repeat(72)],
      ['of 72 bytes in 18 characters', '🔑'.repeat(18)],
      ['of one space', ' '],
    ])('accepts a pass code %s, and every byte of it counts', async (_what, passCode) => {
      const made = await make(crm.root, { pass_code: passCode });
      data(await crm.root.post('access_tokens/show', byIdentifier(made)));
      const shorter = { ...made, passCode: Array.from(passCode).slice(1).join('') || 'x' };
      failure(await crm.root.post('access_tokens/show', byIdentifier(shorter)), ERROR.notFound);
    });

    it('treats codes and identifiers as case-sensitive', async () => {
      const { root } = await crm.organisation();
      const lower = await make(root, { authentication_code: 'code', identifier: 'name' });
      const upper = await make(root, { authentication_code: 'CODE', identifier: 'NAME' });
      expect((await shown(root, 'code')).id).toBe(lower.token.id);
      expect((await shown(root, 'CODE')).id).toBe(upper.token.id);
    });

    it('accepts a code that equals an identifier', async () => {
      const { root } = await crm.organisation();
      await make(root, { authentication_code: 'same', identifier: 'other' });
      await make(root, { authentication_code: 'different', identifier: 'same' });
    });

    it('ignores unknown members, and those that only the server sets', async () => {
      const given = {
        id: '0'.repeat(32),
        number: 'AT0000099999',
        udf_string_1: 'x',
      };
      const token = await create({ ...names(), ...given, rewards_participant: {}, log_information: {} });
      expect(token.life_cycle_state).toBe('EFFECTIVE');
      expect(token.id).not.toBe(given.id);
      expect(token.number).not.toBe(given.number);
      expect(Object.keys(token).sort()).toEqual(FIELDS);
    });

    it('writes one audit row', async () => {
      const { length } = await auditRows(crm.server);
      await make(crm.root);
      const rows = (await auditRows(crm.server)).slice(length);
      expect(rows).toMatchObject([{ action: 'token.issued', targetType: 'token', authorId: 1000 }]);
    });
  });

  describe('errors', () => {
    itNeedsAToken(crm, method);

    it('refuses a code that is in use, in any state, and writes nothing', async () => {
      const { code } = await make(crm.root);
      for (const state of ['EFFECTIVE', 'NOT_EFFECTIVE']) {
        await unchanged(crm.server, async () => {
          failure(await crm.root.post(PATH, { ...names(), authentication_code: code }), ERROR.codeTaken);
        });
        if (state === 'EFFECTIVE') data(await crm.root.post('access_tokens/set_as_not_effective', byCode(code)));
      }
    });

    it('refuses an identifier that is in use, whatever the pass code, and writes nothing', async () => {
      const { identifier, passCode } = await make(crm.root);
      await unchanged(crm.server, async () => {
        for (const pass of [passCode, 'another']) {
          failure(await crm.root.post(PATH, { identifier, pass_code: pass }), ERROR.identifierTaken);
        }
      });
    });

    const UNFIT: [how: string, passCode: string | number][] = [
      ['of more than 72 bytes', 'x'.repeat(73)],
      ['of more than 72 bytes in 19 characters', '🔑'.repeat(19)],
      ['of more than 255 characters', 'x'.repeat(256)],
      ['with a NUL', 'a\0b'],
      ['that is not Unicode', '\ud800'],
      ['that is a number', 12345],
    ];

    it('refuses an invalid pass code, names the parameter and does not repeat it', async () => {
      await unchanged(crm.server, () =>
        eachAtOnce(UNFIT, async ([, passCode]) => {
          const reply = await crm.root.post(PATH, { identifier: unique('identifier'), pass_code: passCode });
          expect(failure(reply, ERROR.invalid)).toContain('pass_code');
          expect(reply.text).not.toContain(String(passCode));
        }),
      );
    });

    it.each(['authentication_code', 'identifier'])('refuses a %s of more than 255 characters', async (name) => {
      await unchanged(crm.server, async () => {
        const reply = await crm.root.post(PATH, { ...names(), [name]: 'x'.repeat(256) });
        expect(failure(reply, ERROR.invalid)).toContain(name);
      });
    });
  });
});
