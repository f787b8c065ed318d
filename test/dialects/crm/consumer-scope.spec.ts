/** What the login of a consumer sees and may do: the access tokens of the same owner, and nothing else. */
import { describe, expect, it } from '@jest/globals';
import { application, consumer, consumerLogin } from './consumers.js';
import { METHODS } from './methods.js';
import {
  ERROR,
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
  type Client,
  type Members,
} from './support.js';

const LIST = 'access_tokens/list';
const SHOW = 'access_tokens/show';

const codesOf = (tokens: Pick<AccessToken, 'authentication_code'>[]): string[] =>
  tokens.map((token) => token.authentication_code);

async function listed(client: Client, members: Members = {}): Promise<string[]> {
  return codesOf(data<AccessToken[]>(await client.post(LIST, members)));
}

crmSuite(
  'what the login of a consumer sees',
  (crm) => {
    const account = (number: string): Members => ({ accounts_receivable_identifier: { number } });
    const participant = (number: string): Members => ({ rewards_participant_identifier: { number } });

    it('is the tokens of the same accounts receivable, in every state', async () => {
      const [mine, theirs] = [unique('ACR'), unique('ACR')];
      const [one, two] = [await make(crm.root, account(mine)), await make(crm.root, account(mine))];
      const [other, nobodys] = [await make(crm.root, account(theirs)), await make(crm.root)];
      data(await crm.root.post('access_tokens/set_as_not_effective', byCode(two.code)));
      const client = await consumer(crm, await application(crm), one.code);
      expect(await listed(client)).toEqual([one.code, two.code]);
      expect(await listed(client, { number: 1, offset: 1 })).toEqual([two.code]);
      expect(await listed(client, { life_cycle_state: 'EFFECTIVE' })).toEqual([one.code]);
      expect(await listed(client, account(mine))).toEqual([one.code, two.code]);
      expect(await listed(client, account(theirs))).toEqual([]);
      expect(await listed(client, participant('1'))).toEqual([]);
      expect(codesOf(data<AccessToken[]>(await client.get(LIST)))).toEqual([one.code, two.code]);
      for (const made of [one, two]) {
        for (const named of [byCode(made.code), byIdentifier(made)]) data(await client.post(SHOW, named));
      }
      for (const made of [other, nobodys]) {
        for (const named of [byCode(made.code), byIdentifier(made)]) {
          failure(await client.post(SHOW, named), ERROR.notFound);
        }
        const query = { access_token_identifier: `authentication_code=${made.code}` };
        failure(await client.get(SHOW, query), ERROR.notFound);
      }
    });

    it('is the tokens of the same rewards participant, if it has no accounts receivable', async () => {
      const number = unique('P');
      const [one, two] = [await make(crm.root, participant(number)), await make(crm.root, participant(number))];
      await make(crm.root, participant(unique('P')));
      expect(await listed(await consumer(crm, await application(crm), one.code))).toEqual([one.code, two.code]);
    });

    it('is its own token alone, if that belongs to nobody or to a mere name', async () => {
      const app = await application(crm);
      const lone = await make(crm.root);
      await make(crm.root);
      expect(await listed(await consumer(crm, app, lone.code))).toEqual([lone.code]);
      const name = { accounts_receivable_identifier: { name: 'John Smith' } };
      const [john, namesake] = [await make(crm.root, name), await make(crm.root, name)];
      const client = await consumer(crm, app, john.code);
      expect(await listed(client, name)).toEqual([john.code]);
      failure(await client.post(SHOW, byCode(namesake.code)), ERROR.notFound);
    });

    it('has no people in it: neither who created a token nor who changed it', async () => {
      const made = await make(crm.root);
      const client = await consumer(crm, await application(crm), made.code);
      const own = await shown(client, made.code);
      const seen = await shown(crm.root, made.code);
      expect(JSON.stringify(seen.log_information)).toContain('@');
      const hidden = { created_by_user: null, updated_by_user: null };
      expect(own).toEqual({ ...seen, log_information: { ...seen.log_information, ...hidden } });
      const [first] = data<AccessToken[]>(await client.post(LIST));
      expect(first).toEqual(own);
    });

    it('does not lock out the user of the key by wrong pass codes', async () => {
      const app = await application(crm);
      const [made, other] = [await make(crm.root), await make(crm.root)];
      const client = await consumer(crm, app, made.code);
      for (let at = 0; at < 3; at += 1) {
        failure(await client.post(SHOW, byIdentifier({ ...made, passCode: 'wrong' })), ERROR.notFound);
      }
      failure(await client.post(SHOW, byIdentifier(made)), ERROR.throttled);
      data(await (await crm.login(app.person)).post(SHOW, byIdentifier(made)));
      data(await consumerLogin(crm, app.key, byIdentifier(other)));
    });

    describe.each(METHODS.filter(({ path }) => ![SHOW, LIST].includes(path)))(
      '$verb $path',
      ({ verb, path, members }) => {
        it('is not permitted', async () => {
          const made = await make(crm.root);
          const client = await consumer(crm, await application(crm), made.code);
          const own = { ...byCode(made.code), authentication_code: made.code };
          for (const given of [await members(crm.root), own]) {
            const reply = await unchanged(crm.server, () => client.call(verb, path, given));
            expect(failure(reply, ERROR.notPermitted)).toContain('consumer');
          }
        });
      },
    );
  },
  { CRM_PASS_CODE_USER_FAILURES: '3' },
);

crmSuite('POST access_tokens/change_pass_code', (crm) => {
  const METHOD = 'access_tokens/change_pass_code';

  it('gives the own access token another pass code, answers a status alone, and ends its other logins', async () => {
    const app = await application(crm);
    const made = await make(crm.root, { identifier: `${unique('jane')}@example.com` });
    const [client, other] = [await consumer(crm, app, made.code), await consumer(crm, app, made.code)];
    const reply = await client.post(METHOD, { pass_code: 'new one' });
    expect(reply.json()).toEqual({ status: { code: 'OK', description: '', message: '' } });
    expect(await listed(client)).toEqual([made.code]);
    failure(await other.post(LIST), ERROR.token);
    failure(await consumerLogin(crm, app.key, byIdentifier(made)), ERROR.notFound);
    data(await consumerLogin(crm, app.key, byIdentifier({ ...made, passCode: 'new one' })));
  });

  it('needs a pass code that can be one, and an identifier that is an e-mail address', async () => {
    const app = await application(crm);
    const [made, plain] = [
      await make(crm.root, { identifier: `${unique('jane')}@example.com` }),
      await make(crm.root, { identifier: unique('card') }),
    ];
    const [client, other] = [await consumer(crm, app, made.code), await consumer(crm, app, plain.code)];
    await unchanged(crm.server, async () => {
      for (const [members, error] of [
        [{}, ERROR.missing],
        [{ pass_code: '' }, ERROR.missing],
        [{ pass_code: 5 }, ERROR.invalid],
        [{ pass_code: 'x'.repeat(73) }, ERROR.invalid],
      ] as const) {
        expect(failure(await client.post(METHOD, members), error)).toContain('pass_code');
      }
      expect(failure(await other.post(METHOD, { pass_code: 'new' }), ERROR.state)).toContain('e-mail address');
    });
  });

  it('is for consumers only, and for those of an application that may change the organisation', async () => {
    const made = await make(crm.root, { identifier: `${unique('jane')}@example.com` });
    const app = await application(crm, 'read_only');
    const client = await consumer(crm, app, made.code);
    expect(await listed(client)).toEqual([made.code]);
    await unchanged(crm.server, async () => {
      expect(failure(await crm.root.post(METHOD, { pass_code: 'new' }), ERROR.notPermitted)).toContain('consumer');
      expect(failure(await client.post(METHOD, { pass_code: 'new' }), ERROR.notPermitted)).toContain('administrator');
    });
  });
});
