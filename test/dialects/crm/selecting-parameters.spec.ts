/** Parameters that name, select or bind something: a method that does not take one refuses it by name. */
import { describe, expect, it } from '@jest/globals';
import { send } from '../../support/http.js';
import { ACCOUNT, ADMIN } from '../../support/test-server.js';
import { application, consumer } from './consumers.js';
import { PREFIX, ERROR, byCode, crmSuite, data, failure, make, unchanged, unique, type Members } from './support.js';

/** Names that callers may take for filters, with values that would select. */
const FILTERS: Members = {
  access_token_identifier: 'authentication_code=AC-1',
  authentication_code: 'AC-1',
  identifier: 'jane',
  pass_code: 'x',
  accounts_receivable: 'ACR1',
  rewards_participant: 'P1',
  classification: 'gold',
  'accounts_receivable_identifier.number': 'ACR1',
  'accounts_receivable_identifier[number]': 'ACR1',
  'rewards_participant_identifier.id': 'P1',
  'classification_identifier.name': 'gold',
  'access_token_identifier.authentication_code': 'AC-1',
  udf_string_1: 'x',
  card_masked_number: '4***',
};

crmSuite('a parameter that would select or bind', (crm) => {
  describe.each([
    ['GET', 'access_tokens/list'],
    ['POST', 'access_tokens/list'],
    ['GET', 'access_tokens/get_not_associated'],
  ])('is refused by %s %s', (verb, path) => {
    it.each(Object.entries(FILTERS))('%s', async (name, value) => {
      const reply = await crm.root.call(verb, path, { number: '5', [name]: value });
      expect(failure(reply, ERROR.invalid)).toContain(name.slice(0, 40));
      for (const none of verb === 'POST' ? ['', null] : ['']) {
        data(await crm.root.call(verb, path, { number: '5', [name]: none }));
      }
    });
  });

  it.each([
    ['life_cycle_state', 'NOT_EFFECTIVE'],
    ['life_cycle_state', 'PENDING_VERIFICATION'],
    ['life_cycle_state', 'effective'],
    ['access_token_identifier', { authentication_code: 'AC-1' }],
    ['accounts_receivable', { number: 'ACR1' }],
    ['rewards_participant', { id: 'P1' }],
    ['classification', 'gold'],
    ['accounts_receivable_identifier.number', 'ACR1'],
    ['card_last_4_digits', '1234'],
  ])('is refused by create, and nothing is written: %s', async (name, value) => {
    await unchanged(crm.server, async () => {
      const reply = await crm.root.post('access_tokens/create', {
        identifier: unique('i'),
        pass_code: 'x',
        [name]: value,
      });
      expect(failure(reply, ERROR.invalid)).toContain(name);
    });
  });

  it('is taken by create if it is what happens: a new token is effective', async () => {
    await make(crm.root, { life_cycle_state: 'EFFECTIVE', accounts_receivable: null, classification: {} });
  });

  it('is refused by update, which changes no state, unless the token is in it', async () => {
    const { code, token } = await make(crm.root);
    const update = { ...byCode(code), udf_string_1: 'x' };
    await unchanged(crm.server, async () => {
      const reply = await crm.root.post('access_tokens/update', { ...update, life_cycle_state: 'NOT_EFFECTIVE' });
      expect(failure(reply, ERROR.invalid)).toContain('life_cycle_state');
    });
    const { life_cycle_state, id, number } = token;
    data(await crm.root.post('access_tokens/update', { ...update, life_cycle_state, id, number }));
  });

  it('is refused by methods that name a token in another way', async () => {
    const [made, other] = [await make(crm.root, { identifier: `${unique('jane')}@example.com` }), await make(crm.root)];
    const client = await consumer(crm, await application(crm), made.code);
    await unchanged(crm.server, async () => {
      for (const reply of [
        await crm.root.post('access_tokens/reset_pass_code', { authentication_code: made.code, ...byCode(other.code) }),
        await client.post('access_tokens/change_pass_code', { pass_code: 'new', ...byCode(other.code) }),
      ]) {
        expect(failure(reply, ERROR.invalid)).toContain('access_token_identifier');
      }
    });
  });

  it.each(['access_token_identifier', 'jwt'])('is refused by logins of users: %s', async (name) => {
    const { code } = await make(crm.root);
    const more = { [name]: name === 'jwt' ? 'a.b.c' : { authentication_code: code } };
    const login = { username: ADMIN.email, password: ADMIN.password, organisation: ACCOUNT.name };
    await unchanged(crm.server, async () => {
      const byKey = await send(crm.server.baseUrl, 'POST', `${PREFIX}/authentication/web_api_key/token`, {
        headers: { Authorization: `Basic ${Buffer.from(`${ADMIN.token}:`).toString('base64')}` },
        body: JSON.stringify(more),
      });
      for (const reply of [await crm.anonymous.post('authentication/token', { ...login, ...more }), byKey]) {
        expect(failure(reply, ERROR.invalid)).toContain(name);
        expect(reply.text).toContain('consumer_application_key/token');
      }
    });
  });
});
