/** The list in its three forms, which return the same rows. */
import { describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import { itNeedsAToken } from './common-cases.js';
import { methodOf } from './methods.js';
import {
  ERROR,
  FIELDS,
  byCode,
  crmSuite,
  data,
  failure,
  make,
  shown,
  unchanged,
  type AccessToken,
  type Client,
  type Members,
} from './support.js';

/** Invalid values of `number`, as JSON. */
const BAD_NUMBERS: unknown[] = [
  0,
  -1,
  1.5,
  '0',
  '-1',
  '1.5',
  '1e3',
  '1e+3',
  '1.5e+0',
  '0x10',
  ' 5',
  '5,',
  'ten',
  'NaN',
];
/** Values that only a body can contain. */
const BAD_IN_BODY: unknown[] = [true, [1], ['1'], {}, { number: 1 }];

const BAD_STATES = ['effective', 'Effective', 'NOT EFFECTIVE', 'DELETED', 'EFFECTIVE,NOT_EFFECTIVE', ' EFFECTIVE'];

export function listSuite(verb: 'GET' | 'POST', path: string): void {
  const method = methodOf(verb, path);

  crmSuite(`${verb} ${path}`, (crm) => {
    const call = (client: Client, members: Members) => client.call(verb, path, members);
    const list = async (client: Client, members: Members): Promise<AccessToken[]> =>
      data<AccessToken[]>(await call(client, members));

    let known: Promise<{ client: Client; tokens: AccessToken[] }> | undefined;

    /** An organisation of its own with four tokens, of which the second and third are not effective; not to be changed. */
    const four = (): Promise<{ client: Client; tokens: AccessToken[] }> => (known ??= newFour());

    async function newFour(): Promise<{ client: Client; tokens: AccessToken[] }> {
      const { root: client } = await crm.organisation();
      const codes: string[] = [];
      for (const _one of [1, 2, 3, 4]) codes.push((await make(client)).code);
      for (const code of codes.slice(1, 3)) data(await client.post('access_tokens/set_as_not_effective', byCode(code)));
      const tokens: AccessToken[] = [];
      for (const code of codes) tokens.push(await shown(client, code));
      return { client, tokens };
    }

    describe('OK', () => {
      it('contains complete records in ascending order of number, the same as show', async () => {
        const { client, tokens } = await four();
        const listed = await list(client, { number: 10 });
        expect(listed).toEqual(tokens);
        expect(Object.keys(listed[0] ?? {}).sort()).toEqual(FIELDS);
        expect(listed.map(({ number }) => number)).toEqual([1, 2, 3, 4].map((at) => `AT000000000${String(at)}`));
      });

      it('contains the first ones, as many as requested', async () => {
        const { client, tokens } = await four();
        expect(await list(client, { number: 1 })).toEqual(tokens.slice(0, 1));
        expect(await list(client, { number: 3 })).toEqual(tokens.slice(0, 3));
        expect(await list(client, { number: '3' })).toEqual(tokens.slice(0, 3));
        expect(await list(client, { number: '0003' })).toEqual(tokens.slice(0, 3));
      });

      it.each(['4', '5', '2147483648', '9'.repeat(30), '9'.repeat(400)])('has no upper limit: %s', async (number) => {
        const { client, tokens } = await four();
        expect(await list(client, { number })).toEqual(tokens);
      });

      it('filters by life cycle state', async () => {
        const { client, tokens } = await four();
        const [first, second, third, fourth] = tokens;
        expect(await list(client, { number: 10, life_cycle_state: 'EFFECTIVE' })).toEqual([first, fourth]);
        expect(await list(client, { number: 10, life_cycle_state: 'NOT_EFFECTIVE' })).toEqual([second, third]);
        expect(await list(client, { number: 1, life_cycle_state: 'NOT_EFFECTIVE' })).toEqual([second]);
        expect(await list(client, { number: 10, life_cycle_state: 'PENDING_VERIFICATION' })).toEqual([]);
      });

      it('skips the first ones by offset, up to an empty list', async () => {
        const { client, tokens } = await four();
        for (const offset of [0, 1, 3, 4, 5, '2', '00', '9'.repeat(30)]) {
          expect(await list(client, { number: 2, offset })).toEqual(tokens.slice(Number(offset), Number(offset) + 2));
        }
        const [, second, third] = tokens;
        const state = { life_cycle_state: 'NOT_EFFECTIVE' };
        expect(await list(client, { number: 2, offset: 0, ...state })).toEqual([second, third]);
        expect(await list(client, { number: 2, offset: 1, ...state })).toEqual([third]);
        expect(await list(client, { number: 2, offset: 2, ...state })).toEqual([]);
      });

      it('accepts number_of_results as number; of both, the smaller counts', async () => {
        const { client, tokens } = await four();
        expect(await list(client, { number_of_results: 2 })).toEqual(tokens.slice(0, 2));
        expect(await list(client, { number_of_results: '1', offset: 1, number: '' })).toEqual(tokens.slice(1, 2));
        expect(await list(client, { number: 3, number_of_results: 2 })).toEqual(tokens.slice(0, 2));
        expect(await list(client, { number: 2, number_of_results: 3 })).toEqual(tokens.slice(0, 2));
      });

      it('keeps its order when records change', async () => {
        const { client, tokens } = await newFour();
        const [first] = tokens;
        const members = { ...byCode(first?.authentication_code ?? ''), authentication_code: null };
        data(await client.post('access_tokens/update', members));
        const listed = await list(client, { number: 10 });
        expect(listed.map(({ id }) => id)).toEqual(tokens.map(({ id }) => id));
      });

      it('is an empty array without tokens', async () => {
        const { root: client } = await crm.organisation();
        expect(await list(client, { number: 10 })).toEqual([]);
      });

      it('requires none of the optional parameters, and ignores unknown ones', async () => {
        const { client, tokens } = await four();
        const more = { authentication_code: '', identifier: '', unknown: 'x', offset: '', life_cycle_state: '' };
        expect(await list(client, { number: 10, ...more })).toEqual(tokens);
      });

      it('is available to read_only members, and changes nothing', async () => {
        const client = await crm.member('read_only');
        await make(crm.root);
        const listed = await unchanged(crm.server, () => list(client, { number: 1 }));
        expect(listed).toHaveLength(1);
      });
    });

    describe('errors', () => {
      itNeedsAToken(crm, method);

      it('names number if it is missing or empty', async () => {
        for (const members of [{}, { number: '' }, { life_cycle_state: 'EFFECTIVE' }]) {
          expect(failure(await call(crm.root, members), ERROR.missing)).toContain('number');
        }
      });

      it('refuses anything but a number for number', async () => {
        const values = [...BAD_NUMBERS, ...(verb === 'POST' ? BAD_IN_BODY : [])];
        await eachAtOnce(values, async (value) => {
          expect(failure(await call(crm.root, { number: value }), ERROR.invalid)).toContain('number');
        });
      });

      it('refuses anything but a number for offset and number_of_results', async () => {
        const values = [...BAD_NUMBERS, ...(verb === 'POST' ? BAD_IN_BODY : [])];
        await eachAtOnce(values, async (value) => {
          expect(failure(await call(crm.root, { number_of_results: value }), ERROR.invalid)).toContain(
            'number_of_results',
          );
          if (Number(value) === 0 && typeof value !== 'object') return;
          expect(failure(await call(crm.root, { number: 1, offset: value }), ERROR.invalid)).toContain('offset');
        });
      });

      it.each(['accounts_receivable_identifier', 'rewards_participant_identifier', 'classification_identifier'])(
        'refuses a %s that names nothing, instead of listing the tokens of everybody',
        async (name) => {
          await make(crm.root);
          const values = verb === 'POST' ? ['number=ACR0000000069', false, [], 7] : [];
          for (const value of [...values, 'x']) {
            expect(failure(await call(crm.root, { number: 5, [name]: value }), ERROR.invalid)).toContain(name);
          }
          expect(await list(crm.root, { number: 1, [name]: '' })).toHaveLength(1);
        },
      );

      it('refuses fields that do not narrow a list', async () => {
        for (const name of ['udf_string_1', 'udf_float_2', 'udf_date_4', 'udf_string_9', 'card_masked_number']) {
          expect(failure(await call(crm.root, { number: 5, [name]: '1' }), ERROR.invalid)).toContain(name);
        }
      });

      it('refuses anything but a state for life_cycle_state', async () => {
        await eachAtOnce(BAD_STATES, async (state) => {
          const reply = await call(crm.root, { number: 1, life_cycle_state: state });
          expect(failure(reply, ERROR.invalid)).toContain('life_cycle_state');
        });
      });
    });
  });
}
