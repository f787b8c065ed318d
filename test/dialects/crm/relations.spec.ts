/** What access tokens belong to, their classification, and the fields that callers define (docs/contracts/crm.md §4.3). */
import { describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import {
  ERROR,
  byCode,
  crmSuite,
  data,
  failure,
  make,
  shown,
  unchanged,
  unique,
  type AccessToken,
  type Client,
  type Members,
} from './support.js';

const OWNERS = ['accounts_receivable', 'rewards_participant'] as const;
const RELATIONS = [...OWNERS, 'classification'] as const;

const UDF = {
  udf_string_1: 'a',
  udf_string_8: 'ß 🎉',
  udf_float_1: 1.5,
  udf_float_4: -2,
  udf_date_1: '2015-05-27T12:03:05',
};

crmSuite('relations of access tokens', (crm) => {
  const list = async (client: Client, members: Members, verb = 'POST'): Promise<string[]> => {
    const method = 'access_tokens/list';
    const reply =
      verb === 'POST' ? client.post(method, members) : client.get(method, members as Record<string, string>);
    return data<AccessToken[]>(await reply).map((token) => token.authentication_code);
  };
  const create = (client: Client, members: Members) =>
    client.post('access_tokens/create', { identifier: unique('identifier'), pass_code: 'p', ...members });

  describe.each(OWNERS)('%s', (owner) => {
    const name = `${owner}_identifier`;

    it('selects only the tokens that were bound to it, in both forms of the list', async () => {
      const { root } = await crm.organisation();
      const other = await make(root, { [name]: { number: 'N-2' } });
      await make(root);
      const one = await make(root, { [name]: { number: 'N-1' } });
      const two = await make(root, { [name]: { number: 'N-1', id: null } });
      const byId = await make(root, { [name]: { id: 'N-1' } });
      expect(await list(root, { [name]: { number: 'N-1' } })).toEqual([one.code, two.code]);
      for (const text of ['number=N-1', '{"number":"N-1"}'])
        expect(await list(root, { [name]: text }, 'GET')).toEqual([one.code, two.code]);
      expect(await list(root, { [name]: { id: 'N-1' } })).toEqual([byId.code]);
      expect(await list(root, { [name]: { number: 'N-2' }, number: 5 })).toEqual([other.code]);
      expect(await list(root, { [name]: { number: 'n-1' } })).toEqual([]);
      expect(await list(root, { number: 10 })).toHaveLength(5);
    });

    it('is paged, together with state and classification', async () => {
      const { root } = await crm.organisation();
      const of = { [name]: { number: 'N' } };
      const codes: string[] = [];
      for (const kind of ['A', 'A', 'B', 'A']) {
        codes.push((await make(root, { ...of, classification_identifier: { name: kind } })).code);
      }
      await make(root, { classification_identifier: { name: 'A' } });
      data(await root.post('access_tokens/set_as_not_effective', byCode(codes[1] ?? '')));
      const pages = [0, 2, 4].map((offset) => list(root, { ...of, number_of_results: 2, offset }));
      expect(await Promise.all(pages)).toEqual([codes.slice(0, 2), codes.slice(2), []]);
      const ofA = { ...of, classification_identifier: { name: 'A' } };
      expect(await list(root, ofA)).toEqual([codes[0], codes[1], codes[3]]);
      expect(await list(root, { ...ofA, offset: 1, number: 1 })).toEqual([codes[1]]);
      expect(await list(root, { ...ofA, life_cycle_state: 'EFFECTIVE' })).toEqual([codes[0], codes[3]]);
    });

    it('keeps a token out of get_not_associated, which does not take it', async () => {
      const { root } = await crm.organisation();
      await make(root, { [name]: { number: 'N' } });
      const free = await make(root, { classification_identifier: { id: 'C' } });
      const reply = await root.get('access_tokens/get_not_associated', { number: '5' });
      expect(data<AccessToken[]>(reply).map((token) => token.authentication_code)).toEqual([free.code]);
      const narrowed = await root.get('access_tokens/get_not_associated', { number: '5', [name]: 'number=N' });
      expect(failure(narrowed, ERROR.invalid)).toContain(name);
    });

    it('does not reach into other organisations', async () => {
      const { root } = await crm.organisation();
      await make(root, { [name]: { number: 'N' } });
      const { root: stranger } = await crm.organisation();
      expect(await list(stranger, { [name]: { number: 'N' } })).toEqual([]);
    });
  });

  it('refuses both owners at once in a list, and stores both of a token', async () => {
    const both = { accounts_receivable_identifier: { id: 'A' }, rewards_participant_identifier: { id: 'R' } };
    expect(failure(await crm.root.post('access_tokens/list', both), ERROR.semiOptional)).toContain('rewards');
    const { code } = await make(crm.root, both);
    expect(await shown(crm.root, code)).toMatchObject({
      accounts_receivable: { id: 'A', number: null, name: null, life_cycle_state: null, account_owner: null },
      rewards_participant: { id: 'R', number: null },
      classification: null,
    });
  });

  describe.each(RELATIONS)('%s_identifier of create', (relation) => {
    const name = `${relation}_identifier`;

    it('is refused if it does not name exactly one, and nothing is written', async () => {
      const several = relation === 'classification' ? { id: 'a', name: 'b' } : { id: 'a', number: 'b' };
      await unchanged(crm.server, () =>
        eachAtOnce([{}, { id: '' }, { id: null }, { unknown: 'x' }, several], async (value) => {
          expect(failure(await create(crm.root, { [name]: value }), ERROR.semiOptional)).toContain(name);
        }),
      );
    });

    it('is refused in a form that it does not have', async () => {
      const values = ['x', 5, [], true, { id: 5 }, { id: 'x'.repeat(256) }, { access_token_identifier: { a: 'b' } }];
      await unchanged(crm.server, () =>
        eachAtOnce(values, async (value) => {
          failure(await create(crm.root, { [name]: value }), ERROR.invalid);
        }),
      );
    });

    it('is refused by methods that do not take it', async () => {
      const { code } = await make(crm.root);
      await unchanged(crm.server, () =>
        eachAtOnce(['update', 'show', 'set_as_not_effective', 'reset_pass_code'], async (method) => {
          const named = method === 'reset_pass_code' ? { authentication_code: code } : byCode(code);
          const reply = await crm.root.post(`access_tokens/${method}`, { ...named, [name]: { id: 'x' } });
          expect(failure(reply, ERROR.invalid)).toContain(name);
        }),
      );
    });
  });

  describe('udf_*', () => {
    it('are stored, shown, and changed one by one', async () => {
      const { code, token } = await make(crm.root, UDF);
      expect(token).toMatchObject({ ...UDF, udf_string_2: null, udf_date_4: null });
      const changes = { udf_string_1: null, udf_string_2: 'b', udf_float_1: '2.25', udf_date_2: '2024-02-29' };
      data(await crm.root.post('access_tokens/update', { ...byCode(code), ...changes }));
      const expected = { ...UDF, ...changes, udf_float_1: 2.25, udf_date_2: '2024-02-29T00:00:00' };
      expect(await shown(crm.root, code)).toMatchObject(expected);
      expect(data(await crm.root.post('access_tokens/show', { ...byCode(code), fields_set: 'udf_float_1' }))).toEqual({
        udf_float_1: 2.25,
      });
      const [listed] = data<AccessToken[]>(
        await crm.root.post('access_tokens/list', { number: 1000, fields_set: 'udf_string_2' }),
      ).slice(-1);
      expect(listed).toEqual({ udf_string_2: 'b' });
    });

    it('write nothing if nothing differs', async () => {
      const { code } = await make(crm.root, UDF);
      await unchanged(crm.server, async () => {
        data(await crm.root.post('access_tokens/update', { ...byCode(code), ...UDF, udf_string_3: null }));
      });
    });

    it('are refused with a value of another type or a name that does not exist', async () => {
      const { code } = await make(crm.root);
      const bad: Members[] = [
        { udf_string_1: 5 },
        { udf_string_1: 'x'.repeat(256) },
        { udf_float_1: 'one' },
        { udf_float_1: true },
        { udf_float_1: '1e999' },
        { udf_date_1: '2023-02-29' },
        { udf_date_1: '2015-05-27T12:03:05Z' },
        { udf_date_1: 1 },
        { udf_string_9: 'x' },
        { udf_: 'x' },
        { card_masked_number: '4111********1111' },
      ];
      await unchanged(crm.server, () =>
        eachAtOnce(bad, async (members) => {
          const [name = ''] = Object.keys(members);
          expect(failure(await create(crm.root, members), ERROR.invalid)).toContain(name);
          const update = await crm.root.post('access_tokens/update', { ...byCode(code), ...members });
          expect(failure(update, ERROR.invalid)).toContain(name);
        }),
      );
    });
  });
});
