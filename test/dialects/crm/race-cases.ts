/** Simultaneous requests: the result must be as if they had been made one after the other. */
import { describe, expect, it } from '@jest/globals';
import type { Reply } from '../../support/http.js';
import {
  ERROR,
  byCode,
  byIdentifier,
  crmSuite,
  data,
  failure,
  make,
  shown,
  unique,
  type AccessToken,
  type Client,
  type Envelope,
  type Members,
} from './support.js';

function times<T>(count: number, make: (at: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => make(at)));
}

const isOk = (reply: Reply): boolean => reply.json<Envelope>().status.code === 'OK';

/** Asserts that one succeeded and all others failed with this error; returns the result of the one. */
function exactlyOne(replies: Reply[], error: string): AccessToken {
  const won = replies.filter(isOk).map((reply) => data<AccessToken>(reply));
  expect(won).toHaveLength(1);
  for (const reply of replies) if (!isOk(reply)) failure(reply, error);
  return won[0] ?? ({} as AccessToken);
}

const numberOf = ({ number }: AccessToken): number => Number(number.slice(2));

async function all(client: Client): Promise<AccessToken[]> {
  return data<AccessToken[]>(await client.get('access_tokens/list', { number: '1000' }));
}

const create = (client: Client, members: Members = {}): Promise<Reply> =>
  client.post('access_tokens/create', { identifier: unique('identifier'), pass_code: 'pass', ...members });

/** @param rounds - how often each race is run */
export function races(rounds: number): void {
  crmSuite(
    'races',
    (crm) => {
      describe('create', () => {
        it.each([
          ['authentication_code', ERROR.codeTaken],
          ['identifier', ERROR.identifierTaken],
        ])('lets exactly one of two with the same %s succeed', async (name, error) => {
          for (let round = 0; round < rounds; round += 1) {
            const { root } = await crm.organisation();
            const value = unique('same');
            const won = exactlyOne(await times(2, () => create(root, { [name]: value })), error);
            expect(await all(root)).toEqual([won]);
          }
        });

        it('lets exactly one of ten with the same code and identifier succeed, and skips no number', async () => {
          const { root } = await crm.organisation();
          const same = { authentication_code: unique('same'), identifier: unique('same') };
          const replies = await times(10, () => create(root, same));
          expect(replies.filter(isOk)).toHaveLength(1);
          for (const reply of replies.filter((one) => !isOk(one))) {
            expect(
              [ERROR.codeTaken, ERROR.identifierTaken].map((name) => `COM.CRM.EXCEPTION.${name}EXCEPTION`),
            ).toContain(reply.json<Envelope>().status.code);
          }
          expect((await make(root)).token.number).toBe('AT0000000002');
        });

        it('lets two organisations create the same at the same time', async () => {
          const [one, other] = [await crm.organisation(), await crm.organisation()];
          const same = { authentication_code: unique('same'), identifier: unique('same') };
          const replies = await Promise.all([create(one.root, same), create(other.root, same)]);
          for (const reply of replies) expect(data(reply)).toMatchObject({ number: 'AT0000000001' });
        });

        it('gives consecutive numbers to simultaneous creations', async () => {
          const many = 10 * rounds;
          const { root } = await crm.organisation();
          const tokens = (await times(many, () => create(root))).map((reply) => data<AccessToken>(reply));
          const numbers = tokens.map(numberOf).sort((a, b) => a - b);
          expect(numbers).toEqual(Array.from({ length: many }, (_, at) => at + 1));
          expect((await all(root)).map(({ id }) => id)).toEqual(
            tokens.sort((a, b) => numberOf(a) - numberOf(b)).map(({ id }) => id),
          );
        });

        it('repeats no number and leaves none out when others fail in between', async () => {
          const { root } = await crm.organisation();
          const { code, identifier } = await make(root);
          const replies = await times(30, (at) => {
            if (at % 3 === 1) return create(root, { authentication_code: code });
            if (at % 3 === 2) return create(root, { identifier });
            return create(root);
          });
          expect(replies.filter(isOk)).toHaveLength(10);
          const numbers = (await all(root)).map(numberOf);
          expect(numbers).toEqual(Array.from({ length: 11 }, (_, at) => at + 1));
        });
      });

      describe('update', () => {
        it('stores both of two changes of different parts', async () => {
          for (let round = 0; round < rounds; round += 1) {
            const { code, token } = await make(crm.root);
            const [identifier, other] = [unique('identifier'), unique('pass')];
            const replies = await Promise.all([
              crm.root.post('access_tokens/update', { ...byCode(code), identifier, pass_code: 'first' }),
              crm.root.post('access_tokens/set_as_not_effective', byCode(code)),
              crm.root.post('access_tokens/update', { ...byCode(code), pass_code: other }),
            ]);
            // A request that identifies the record as it was before another change finds none, and changes nothing.
            for (const reply of replies) if (!isOk(reply)) failure(reply, ERROR.notFound);
            const [renamed, moved] = replies.map(isOk);
            expect(await shown(crm.root, code)).toMatchObject({
              identifier: renamed ? identifier : token.identifier,
              life_cycle_state: moved ? 'NOT_EFFECTIVE' : 'EFFECTIVE',
            });
          }
        });

        it('lets exactly one of two change the code from the current one', async () => {
          for (let round = 0; round < rounds; round += 1) {
            const { code, token } = await make(crm.root);
            const replies = await times(2, () =>
              crm.root.post('access_tokens/update', { ...byCode(code), authentication_code: null }),
            );
            const won = exactlyOne(replies, ERROR.notFound);
            expect((await shown(crm.root, won.authentication_code)).id).toBe(token.id);
          }
        });

        it('lets exactly one of two with the current pass code change it', async () => {
          for (let round = 0; round < rounds; round += 1) {
            const made = await make(crm.root);
            const passCodes = [unique('pass'), unique('pass')];
            const replies = await times(2, (at) =>
              crm.root.post('access_tokens/update', { ...byIdentifier(made), pass_code: passCodes[at] }),
            );
            exactlyOne(replies, ERROR.notFound);
            const work: boolean[] = [];
            for (const passCode of passCodes) {
              work.push(isOk(await crm.root.post('access_tokens/show', byIdentifier({ ...made, passCode }))));
            }
            expect(work).toEqual(replies.map(isOk));
          }
        });

        it('lets exactly one of two records take a free code or identifier', async () => {
          for (const [name, error] of [
            ['authentication_code', ERROR.codeTaken],
            ['identifier', ERROR.identifierTaken],
          ] as const) {
            const records = [await make(crm.root), await make(crm.root)];
            const value = unique('free');
            const replies = await Promise.all(
              records.map(({ code }) =>
                crm.root.post('access_tokens/update', { ...byCode(code), pass_code: 'pass', [name]: value }),
              ),
            );
            expect(exactlyOne(replies, error)).toMatchObject({ [name]: value });
          }
        });
      });

      describe('states', () => {
        it('lets exactly one of many changes to the same state succeed', async () => {
          const { code } = await make(crm.root);
          for (let round = 0; round < rounds; round += 1) {
            for (const [path, state] of [
              ['access_tokens/set_as_not_effective', 'NOT_EFFECTIVE'],
              ['access_tokens/set_as_effective', 'EFFECTIVE'],
            ] as const) {
              const won = exactlyOne(await times(2 + round, () => crm.root.post(path, byCode(code))), ERROR.state);
              expect(won.life_cycle_state).toBe(state);
              expect((await shown(crm.root, code)).life_cycle_state).toBe(state);
            }
          }
        });

        it('sets no pass code on a token that is not effective', async () => {
          for (let round = 0; round < rounds; round += 1) {
            const made = await make(crm.root);
            const [reset, moved] = await Promise.all([
              crm.root.post('access_tokens/reset_pass_code', { authentication_code: made.code }),
              crm.root.post('access_tokens/set_as_not_effective', byCode(made.code)),
            ]);
            data(moved);
            const worked = isOk(reset);
            if (!worked) failure(reset, ERROR.state);
            expect(isOk(await crm.root.post('access_tokens/show', byIdentifier(made)))).toBe(!worked);
          }
        });

        it('accepts only the last of several new pass codes', async () => {
          const made = await make(crm.root);
          const replies = await times(5, () =>
            crm.root.post('access_tokens/reset_pass_code', { authentication_code: made.code }),
          );
          const passCodes = replies.map((reply) => data<{ random_pass_code: string }>(reply).random_pass_code);
          const found = await Promise.all(
            [made.passCode, ...passCodes].map((passCode) =>
              crm.root.post('access_tokens/show', byIdentifier({ ...made, passCode })),
            ),
          );
          const [old, ...others] = found.map(isOk);
          expect(old).toBe(false);
          expect(others.filter(Boolean)).toHaveLength(1);
        });
      });
    },
    { PASSWORD_QUEUE: '1000' },
  );
}
