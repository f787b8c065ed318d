import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import {
  UNKNOWN_USER_TOKEN,
  basic,
  bearer,
  dataPlaneSuite,
  json,
  listed,
  pair,
  privately,
  sendForm,
  type DataPlane,
  type Headers,
  type ServiceTokenWithSecret,
} from './support.js';

/** Where a changed text is presented in place of the right one. */
type Place = (text: string) => Headers;

/** Looks like the letter, but is another one. */
const TWINS: Record<string, string> = {
  a: 'а',
  c: 'с',
  e: 'е',
  o: 'о',
  A: 'Α',
  B: 'В',
  0: '０',
  1: '１',
  '-': '‐',
  _: '＿',
};

/** Characters that many programs treat as space, or do not show. */
const SPACES = ['\u00a0', '\u2003', '\u200b', '\ufeff', '\u3000', '\u2028'];

/** Modifications after which it is not a token any more. */
const changed = (right: string): fc.Arbitrary<string> => {
  const at = fc.nat(right.length - 1);
  const filler = fc.constantFrom(...'aZ09-_=%+/.~', ...SPACES, '\t', ' ', '"', '\\', ',', ';', ':');
  const replaced = (index: number, by: string): string => right.slice(0, index) + by + right.slice(index + 1);
  const flipped = (index: number): string => {
    const letter = right.charAt(index);
    return replaced(index, letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase());
  };
  return (
    fc
      .oneof(
        at.map((length) => right.slice(0, length)),
        at.map((length) => right.slice(length + 1)),
        fc.string({ minLength: 1, maxLength: 3, unit: filler }).map((more) => right + more),
        fc.string({ minLength: 1, maxLength: 3, unit: filler }).map((more) => more + right),
        fc.tuple(at, filler).map(([index, more]) => right.slice(0, index) + more + right.slice(index)),
        fc.tuple(at, filler).map(([index, other]) => replaced(index, other)),
        at.map(flipped),
        at.map((index) => replaced(index, TWINS[right.charAt(index)] ?? '\u0430')),
        fc.constantFrom(
          right.toUpperCase(),
          right.toLowerCase(),
          right + right,
          `"${right}"`,
          `${right}=`,
          `${right}\\0`,
        ),
        fc.constantFrom(
          encodeURIComponent(`${right} `),
          Buffer.from(right).toString('base64'),
          [...right].reverse().join(''),
        ),
      )
      // Spaces and tabs around a value are not part of it (RFC 9110 §5.5).
      .filter((text) => text.replace(/^[ \t]+|[ \t]+$/g, '') !== right)
  );
};

/** As UTF-8 goes over the wire. */
const onTheWire = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]));

const suite = ({ cf, status }: DataPlane): void => {
  let token: ServiceTokenWithSecret;
  beforeAll(async () => {
    token = await cf.token(ACCOUNT.id);
    expect(await status(pair(token))).toBe(200);
    expect(await status(privately(ADMIN.token))).toBe(200);
  });

  const places = (): [right: string, place: Place][] => [
    [token.client_secret, (text) => pair({ ...token, client_secret: text })],
    [token.client_id, (text) => pair({ ...token, client_id: text })],
    [ADMIN.token, privately],
    [ADMIN.token, bearer],
  ];

  it('a credential that is cut, extended, padded, flipped or only looks like the right one is refused', async () => {
    const wrong = fc.nat(places().length - 1).chain((index) => {
      const [right, place] = places()[index] ?? ['', privately];
      return changed(right).map(place);
    });
    await fc.assert(
      fc.asyncProperty(wrong, async (headers) => {
        expect(await status(onTheWire(headers))).toBe(401);
      }),
      { numRuns: 300 },
    );
  });

  it('a token in place of another, or with another scheme, is refused', async () => {
    const { client_id: id, client_secret: secret } = token;
    const others: Headers[] = [
      privately(secret),
      bearer(secret),
      bearer(`${id}:${secret}`),
      basic(token),
      pair({ client_id: secret, client_secret: id }),
      pair({ client_id: id, client_secret: ADMIN.token }),
      { Authorization: ADMIN.token },
      { Authorization: `Token ${ADMIN.token}` },
      { Authorization: `Bearer\t${ADMIN.token}` },
      { Authorization: `Bearer:${ADMIN.token}` },
      { Authorization: `Bearer "${ADMIN.token}"` },
      { Authorization: `Bearer token=${ADMIN.token}` },
      { Authorization: `Bearer ${ADMIN.token},${ADMIN.token}` },
      { Authorization: `Basic ${Buffer.from(`root:${ADMIN.token}`).toString('base64')}` },
      { 'X-Auth-Email': ADMIN.email, 'X-Auth-Key': ADMIN.token },
      { Cookie: `CF_Authorization=${ADMIN.token}; Private-Token=${ADMIN.token}` },
      { CF_Access_Client_Id: id, CF_Access_Client_Secret: secret },
      { Private_Token: ADMIN.token },
    ];
    for (const headers of others) expect([headers, await status(headers)]).toEqual([headers, 401]);
  });

  it('a credential in the query string is never accepted', async () => {
    const { client_id: id, client_secret: secret } = token;
    const names = [
      'token',
      'access_token',
      'private_token',
      'Private-Token',
      'authorization',
      'api_key',
      'kind',
      'account',
    ];
    const queries = [
      ...names.flatMap((name) => [ADMIN.token, secret, `Bearer ${ADMIN.token}`].map((value) => ({ [name]: value }))),
      pair(token),
      { 'cf-access-client-id': id, 'cf-access-client-secret': secret },
    ].map((parameters) => new URLSearchParams(parameters).toString());
    for (const query of queries) {
      for (const headers of [{}, { 'CF-Access-Client-Id': id }]) {
        expect([query, [400, 401]]).toEqual([query, expect.arrayContaining([await status(headers, query)])]);
      }
    }
  });

  describe('of several credentials', () => {
    const one = (): Headers[] => [
      pair(token),
      privately(ADMIN.token),
      bearer(ADMIN.token),
      { 'CF-Access-Client-Id': token.client_id },
      { 'CF-Access-Client-Secret': token.client_secret },
      privately(''),
      privately(UNKNOWN_USER_TOKEN),
      bearer(UNKNOWN_USER_TOKEN),
      { Authorization: 'Bearer' },
      pair({ client_id: '', client_secret: '' }),
      { Authorization: 'Basic cm9vdDpzZWNyZXQ=' },
    ];
    const cased = (headers: Headers, upper: boolean): Headers =>
      Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [upper ? name.toUpperCase() : name.toLowerCase(), value]),
      );

    /** Whether exactly one of them is a credential of this server, no header is repeated, and no pair is incomplete. */
    const isOne = (indexes: readonly number[], names: readonly string[]): boolean => {
      const has = (index: number): boolean => indexes.includes(index);
      const pairs = has(0) || (has(3) && has(4));
      const isBroken = has(9) || has(3) !== has(4);
      const count = [pairs, has(1), has(2)].filter(Boolean).length;
      return new Set(names).size === names.length && !isBroken && count === 1;
    };

    it('only one is accepted, beside what cannot be one, whatever their order and case', async () => {
      const several = fc.array(fc.tuple(fc.nat(one().length - 1), fc.boolean()), { minLength: 2, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(several, async (choice) => {
          const all = choice.map(([index, upper]) => cased(one()[index] ?? {}, upper));
          const names = all.flatMap((headers) => Object.keys(headers).map((name) => name.toLowerCase()));
          const indexes = choice.map(([index]) => index);
          expect([names, await status(listed(...all))]).toEqual([names, isOne(indexes, names) ? 200 : 401]);
        }),
        { numRuns: 300 },
      );
    });

    it('one that follows hundreds of other headers is still noticed', async () => {
      const filler = Array.from({ length: 880 }, () => ['a', '']).flat();
      const right = Object.entries(pair(token)).flat();
      expect(await status([...right, ...filler])).toBe(200);
      expect(await status([...right, ...filler, ...listed(privately(ADMIN.token))])).toBe(401);
    });
  });

  describe('in the body of a form', () => {
    it('a changed token is inactive, and a changed caller is refused', async () => {
      const wrong = fc.oneof(
        changed(token.client_secret).map(
          (text) => [basic({ ...token, client_secret: text }), token.client_secret] as const,
        ),
        changed(token.client_secret).map((text) => [basic(token), text] as const),
        fc.constantFrom(' ', '\t', '\n').map((space) => [basic(token), space + token.client_secret + space] as const),
        changed(ADMIN.token).map((text) => [bearer(ADMIN.token), text] as const),
      );
      await fc.assert(
        fc.asyncProperty(wrong, async ([headers, text]) => {
          const { status: answered, text: body } = await sendForm(cf, 'introspect', headers, { token: text });
          expect([200, 400, 401]).toContain(answered);
          expect(body).not.toContain('"active":true');
        }),
        { numRuns: 150 },
      );
    });
  });
};

dataPlaneSuite('a credential that is not exactly right', suite);

dataPlaneSuite(
  'a service token in a JSON header that is not exactly right',
  ({ cf, status }) => {
    it('is refused, as is one with a repeated member', async () => {
      const token = await cf.token(ACCOUNT.id);
      const { client_id: id, client_secret: secret } = token;
      const right = json(token);
      expect(await status({ Authorization: right })).toBe(200);
      expect(await status({ Authorization: right.replace(',', ' ,\t ') })).toBe(200);
      const [idMember, secretMember] = [`"cf-access-client-id":"${id}"`, `"cf-access-client-secret":"${secret}"`];
      const wrong: string[] = [
        `{${idMember}}`,
        `{${secretMember}}`,
        '{}',
        '{',
        `[${right}]`,
        `${right}${right}`,
        `${right},`,
        right.toUpperCase(),
        right.replace('cf-access-client-id', 'CF-Access-Client-Id'),
        `{${idMember},${idMember},${secretMember}}`,
        `{"cf-access-client-id":"${'0'.repeat(32)}.access",${idMember},${secretMember}}`,
        `{${idMember},${secretMember},"cf-access-client-secret":"${secret}"}`,
        `{"cf-access-client-\\u0069d":"${'0'.repeat(32)}.access",${idMember},${secretMember}}`,
        JSON.stringify({ 'cf-access-client-id': [id], 'cf-access-client-secret': secret }),
        JSON.stringify({ 'cf-access-client-id': `${id} `, 'cf-access-client-secret': secret }),
        JSON.stringify({ 'cf-access-client-id': id, 'cf-access-client-secret': ` ${secret}` }),
        JSON.stringify(right),
        `Bearer ${right}`,
      ];
      for (const value of wrong) expect([value, await status({ Authorization: value })]).toEqual([value, 401]);
    });

    it('is refused together with any other credential, or with a second header of its name', async () => {
      const token = await cf.token(ACCOUNT.id);
      const right = { Authorization: json(token) };
      const others = [right, pair(token), privately(ADMIN.token), bearer(ADMIN.token), { Authorization: 'Basic eDp5' }];
      for (const other of others) {
        expect(await status(listed(right, other))).toBe(401);
        expect(await status(listed(other, right))).toBe(401);
      }
      expect(await status(bearer(ADMIN.token))).toBe(200);
    });
  },
  { SERVICE_TOKEN_HEADER: 'authorization' },
);
