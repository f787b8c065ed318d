/** Cases that several methods have in common. */
import { expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import { ACCOUNT, ADMIN } from '../../support/test-server.js';
import type { Method } from './methods.js';
import {
  ERROR,
  UNKNOWN_TOKEN,
  byIdentifier,
  failure,
  make,
  unchanged,
  unique,
  type Client,
  type Crm,
  type Members,
} from './support.js';

const NO_TOKENS: [what: string, token: unknown][] = [
  ['no token', undefined],
  ['an empty token', ''],
  ['null', null],
  ['an unknown token', UNKNOWN_TOKEN],
  ['text that is not a token', 'secret'],
  ['a number', 7],
  ['an array of tokens', [UNKNOWN_TOKEN]],
  ['an object', { token: UNKNOWN_TOKEN }],
];

/** Callers without a valid login token get that error, whatever else is wrong, and nothing happens. */
export function itNeedsAToken(crm: Crm, { verb, path, members }: Method): void {
  it('refuses a caller without a valid token, and changes nothing', async () => {
    const given = await members(crm.root);
    await unchanged(crm.server, () =>
      eachAtOnce(NO_TOKENS, async ([, token]) => {
        for (const others of [given, {}]) {
          const request = { ...others, ...(token !== undefined && { token }) };
          failure(await crm.anonymous.call(verb, path, request), ERROR.token);
        }
      }),
    );
  });

  it('refuses a token that was released', async () => {
    const client = await crm.login(ADMIN);
    const given = await members(crm.root);
    await client.post('authentication/token/release');
    failure(await client.call(verb, path, given), ERROR.token);
  });

  it('does not accept an Authorization header as a token', async () => {
    const headers = { Authorization: `Bearer ${String(crm.root.token)}`, 'Private-Token': crm.root.token };
    const reply =
      verb === 'POST'
        ? await crm.anonymous.postText(path, JSON.stringify(await members(crm.root)), { headers })
        : await crm.anonymous.get(path, '', { headers });
    failure(reply, ERROR.token);
  });
}

/** Every way in which `access_token_identifier` can be wrong, with the error that it must give (docs/contracts/crm.md §3). */
const WRONG_IDENTIFIERS: [what: string, value: unknown, error: string, named: RegExp][] = [
  ['missing', undefined, ERROR.missing, /access_token_identifier/],
  ['null', null, ERROR.missing, /access_token_identifier/],
  ['empty', {}, ERROR.semiOptional, /./],
  ['with both of null', { authentication_code: null, identifier: null }, ERROR.semiOptional, /./],
  ['with both of empty text', { authentication_code: '', identifier: '' }, ERROR.semiOptional, /./],
  ['with code and identifier', { authentication_code: 'a', identifier: 'b', pass_code: 'c' }, ERROR.semiOptional, /./],
  ['with a pass code alone', { pass_code: 'c' }, ERROR.semiOptional, /./],
  ['with an id', { id: '0'.repeat(32) }, ERROR.semiOptional, /./],
  ['with a number', { number: 'AT0000000001' }, ERROR.semiOptional, /./],
  ['without the pass code', { identifier: 'b' }, ERROR.missing, /pass_code/],
  ['with a pass code of null', { identifier: 'b', pass_code: null }, ERROR.missing, /pass_code/],
  ['with an empty pass code', { identifier: 'b', pass_code: '' }, ERROR.missing, /pass_code/],
  ['a number', 7, ERROR.invalid, /access_token_identifier/],
  ['true', true, ERROR.invalid, /access_token_identifier/],
  ['an array', [{ authentication_code: 'a' }], ERROR.invalid, /access_token_identifier/],
  ['a bare text', 'a', ERROR.invalid, /access_token_identifier/],
  ['with a number for the code', { authentication_code: 7 }, ERROR.invalid, /authentication_code/],
  ['with a number for the identifier', { identifier: 7, pass_code: 'c' }, ERROR.invalid, /identifier/],
  ['with a number for the pass code', { identifier: 'b', pass_code: 7 }, ERROR.invalid, /pass_code/],
];

/** The object that identifies an access token: in exactly one way, and the pass code is checked. */
export function itNeedsOneIdentifier(crm: Crm, path: string, more: Members = {}): void {
  it('refuses an access_token_identifier that does not identify one token in one way', async () => {
    await unchanged(crm.server, () =>
      eachAtOnce(WRONG_IDENTIFIERS, async ([, value, error, named]) => {
        const reply = await crm.root.post(path, { access_token_identifier: value, ...more });
        expect(failure(reply, error)).toMatch(named);
      }),
    );
  });

  it('refuses text instead of the object in a body, even in the form used in addresses', async () => {
    const { code } = await make(crm.root);
    await unchanged(crm.server, async () => {
      for (const value of [code, `authentication_code=${code}`, JSON.stringify({ authentication_code: code })]) {
        failure(await crm.root.post(path, { access_token_identifier: value, ...more }), ERROR.invalid);
      }
    });
  });

  it('answers a wrong pass code like an unknown identifier and an unknown code, byte for byte', async () => {
    const { identifier, code, passCode } = await make(crm.root);
    const wrong = [
      { identifier, pass_code: `${passCode}x` },
      { identifier, pass_code: passCode.toUpperCase() },
      { identifier, pass_code: passCode.padEnd(80, 'x') },
      { identifier: unique('unknown'), pass_code: passCode },
      { identifier: identifier.toUpperCase(), pass_code: passCode },
      { identifier: code, pass_code: passCode },
      { authentication_code: unique('unknown') },
      { authentication_code: code.toUpperCase() },
      { authentication_code: identifier },
    ];
    await unchanged(crm.server, async () => {
      const texts = new Set<string>();
      for (const value of wrong) {
        const reply = await crm.root.post(path, { access_token_identifier: value, ...more });
        failure(reply, ERROR.notFound);
        texts.add(reply.text);
      }
      expect(texts.size).toBe(1);
    });
  });

  it('does not find a token by a former identifier with its pass code', async () => {
    const made = await make(crm.root);
    const [identifier, passCode] = [unique('identifier'), unique('pass')];
    await crm.root.post('access_tokens/update', { ...byIdentifier(made), identifier, pass_code: passCode });
    failure(await crm.root.post(path, { ...byIdentifier(made), ...more }), ERROR.notFound);
    failure(await crm.root.post(path, { ...byIdentifier({ ...made, identifier }), ...more }), ERROR.notFound);
  });
}

type LoggedOut = 'a member who was removed' | 'a user who was blocked' | 'a user who was deleted';

/** A login is invalid once its user was blocked or removed from the organisation. */
export function loggedOutBy(crm: Crm): Record<LoggedOut, () => Promise<Client>> {
  const loggedIn = async (): Promise<{ client: Client; id: number; memberId: string }> => {
    const person = await crm.person();
    const memberId = await crm.join(person);
    return { client: await crm.login(person), id: person.id, memberId };
  };
  return {
    'a member who was removed': async () => {
      const { client, memberId } = await loggedIn();
      await crm.accounts('DELETE', `/${ACCOUNT.id}/members/${memberId}`);
      return client;
    },
    'a user who was blocked': async () => {
      const { client, id } = await loggedIn();
      await crm.users('POST', `/${String(id)}/block`);
      return client;
    },
    'a user who was deleted': async () => {
      const { client, id } = await loggedIn();
      await crm.users('DELETE', `/${String(id)}`);
      return client;
    },
  };
}
