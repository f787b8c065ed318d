/** `fields_set` on every method that returns access tokens (docs/contracts/crm.md §5). */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import { METHODS, firstOf } from './methods.js';
import { ERROR, FIELDS, auditRows, crmSuite, failure, unchanged, type AccessToken, type Members } from './support.js';

const RESET = [
  'authentication_code',
  'id',
  'identifier',
  'life_cycle_state',
  'log_information',
  'number',
  'random_pass_code',
];

const LOG_INFORMATION = [
  'created_by_unit',
  'created_by_user',
  'created_date',
  'updated_by_unit',
  'updated_by_user',
  'updated_date',
];

crmSuite('fields_set', (crm) => {
  describe.each(METHODS)('$verb $path', ({ verb, path, reads, members }) => {
    const all = path.endsWith('reset_pass_code') ? RESET : FIELDS;

    const answer = async (fieldsSet: unknown): Promise<Partial<AccessToken>> => {
      const given: Members = await members(crm.root);
      return firstOf(await crm.root.call(verb, path, { ...given, fields_set: fieldsSet }));
    };

    beforeAll(async () => {
      // So that lists are not empty.
      await members(crm.root);
      if (path.endsWith('list') || path.endsWith('associated')) {
        await METHODS.find((method) => method.path.endsWith('show'))?.members(crm.root);
      }
    });

    const NAMED: [what: string, fieldsSet: string, keys: string[] | null][] = [
      ['one field', 'number', ['number']],
      ['several', 'life_cycle_state,id,identifier', ['id', 'identifier', 'life_cycle_state']],
      ['spaces around names', ' number ,\tidentifier ', ['identifier', 'number']],
      ['empty items and repeats', ',number,,number,', ['number']],
      ['unknown names among known ones', 'number,nothing,pass_code,secret', ['number']],
      ['unknown names alone', 'nothing,pass_code,NUMBER', []],
      ['dotted names', 'log_information.created_date', []],
      ['names of properties that all objects have', '__proto__,constructor,toString', []],
      ['a field that is null', all === RESET ? 'identifier' : 'verification_code', null],
    ];

    it('returns exactly what it names', async () => {
      await eachAtOnce(NAMED, async ([, fieldsSet, keys]) => {
        const token = await answer(fieldsSet);
        expect(Object.keys(token).sort()).toEqual(keys ?? [fieldsSet]);
      });
    });

    it('returns nested objects completely', async () => {
      const token = await answer('log_information');
      expect(Object.keys(token)).toEqual(['log_information']);
      expect(Object.keys(token.log_information ?? {}).sort()).toEqual(LOG_INFORMATION);
    });

    it.each([
      ['absent', undefined],
      ['empty', ''],
    ])('returns everything if it is %s', async (_what, fieldsSet) => {
      expect(Object.keys(await answer(fieldsSet)).sort()).toEqual(all);
    });

    if (verb === 'POST') {
      it('returns everything for null, and accepts an array of names', async () => {
        expect(Object.keys(await answer(null)).sort()).toEqual(all);
        expect(Object.keys(await answer(['number', ' id ', 'number', 'nothing'])).sort()).toEqual(['id', 'number']);
      });

      it('refuses anything but text or an array of texts, and does nothing', async () => {
        const given = await members(crm.root);
        const values: [name: string, fieldsSet: unknown][] = [7, true, {}, ['number', 7], [['number']]].map((value) => [
          JSON.stringify(value),
          value,
        ]);
        await unchanged(crm.server, () =>
          eachAtOnce(values, async ([, fieldsSet]) => {
            const reply = await crm.root.call(verb, path, { ...given, fields_set: fieldsSet });
            expect(failure(reply, ERROR.invalid)).toContain('fields_set');
          }),
        );
      });
    }

    it('does not change what the method does', async () => {
      const given = await members(crm.root);
      const before = await auditRows(crm.server);
      expect(firstOf(await crm.root.call(verb, path, { ...given, fields_set: 'nothing' }))).toEqual({});
      expect(await auditRows(crm.server)).toHaveLength(before.length + (reads ? 0 : 1));
    });
  });
});
