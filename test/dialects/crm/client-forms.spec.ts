/** Requests as real clients send them (docs/contracts/crm.md §1). */
import { describe, expect, it } from '@jest/globals';
import { send, type Reply } from '../../support/http.js';
import { ADMIN } from '../../support/test-server.js';
import { ERROR, PREFIX, byCode, crmSuite, data, failure, make, type AccessToken } from './support.js';

const SHOW = 'access_tokens/show';
const LIST = 'access_tokens/list';

crmSuite('client forms', (crm) => {
  const show = async (query: string): Promise<AccessToken> =>
    data<AccessToken>(await crm.root.get(SHOW, `access_token_identifier=${query}`));

  describe('identifiers in an address', () => {
    it.each([
      ['the inner = as it is', (code: string) => `authentication_code=${code}`],
      ['the inner = encoded', (code: string) => `authentication_code%3D${code}`],
      ['the inner = encoded in lower case', (code: string) => `authentication_code%3d${code}`],
      ['an object in JSON, encoded', (code: string) => encodeURIComponent(`{"authentication_code":"${code}"}`)],
      ['an object in JSON, as it is', (code: string) => `{"authentication_code":"${code}"}`],
    ])('takes %s', async (_what, query) => {
      const { code, token } = await make(crm.root);
      expect(await show(query(code))).toEqual(token);
    });

    it.each([
      ['two fields separated by a comma', (i: string, p: string) => `identifier=${i},pass_code=${p}`],
      ['the other way round', (i: string, p: string) => `pass_code=${p},identifier=${i}`],
      ['all of it encoded', (i: string, p: string) => encodeURIComponent(`identifier=${i},pass_code=${p}`)],
      ['JSON', (i: string, p: string) => encodeURIComponent(JSON.stringify({ identifier: i, pass_code: p }))],
    ])('accepts identifier and pass code as %s', async (_what, query) => {
      const { identifier, passCode, token } = await make(crm.root);
      expect(await show(query(identifier, passCode))).toEqual(token);
    });

    it.each(['a=b', '=', 'a==b=', 'authentication_code=x', 'a&b', 'a+b c%', 'schlüssel 🔑', '{"a":1}', 'a?b#c'])(
      'splits at the first = only, and keeps the rest: %s',
      async (text) => {
        const { token } = await make(crm.root, { authentication_code: text });
        expect(await show(`authentication_code=${encodeURIComponent(text)}`)).toEqual(token);
      },
    );

    it('accepts commas within an identifier', async () => {
      const { identifier, passCode, token } = await make(crm.root, { identifier: 'doe, jane' });
      expect(await show(`identifier=${encodeURIComponent(identifier)},pass_code=${passCode}`)).toEqual(token);
    });

    it('accepts a raw = in a code', async () => {
      const { token } = await make(crm.root, { authentication_code: 'x=y' });
      expect(await show('authentication_code=x=y')).toEqual(token);
    });
  });

  describe('paths', () => {
    it.each([
      [LIST, 'number=1'],
      ['access_tokens/get_not_associated', 'number=1'],
    ])('accepts a slash before the question mark: %s/', async (path, query) => {
      await make(crm.root);
      expect(data(await crm.root.get(`${path}/`, query))).toHaveLength(1);
    });

    it('accepts a slash at the end of a POST', async () => {
      const { code, token } = await make(crm.root);
      expect(data(await crm.root.post(`${SHOW}/`, byCode(code)))).toEqual(token);
      expect(data(await (await crm.member()).post('authentication/token/release/'))).toEqual({});
    });

    it('accepts parameters in any order, and ignores unknown ones', async () => {
      const { code } = await make(crm.root);
      const address = `${PREFIX}/${SHOW}?_=1&access_token_identifier=authentication_code=${code}&fields_set=number&token=`;
      const reply = await send(crm.server.baseUrl, 'GET', `${address}${String(crm.root.token)}&&=&x`);
      expect(Object.keys(data<AccessToken>(reply))).toEqual(['number']);
    });
  });

  describe('content types', () => {
    it.each(['application/json', 'application/json; charset=utf-8', 'text/plain', 'application/x-www-form-urlencoded'])(
      'ignores %s on a GET without a body',
      async (type) => {
        await make(crm.root);
        const headers = { 'Content-Type': type, Accept: 'application/json' };
        expect(data(await crm.root.get(LIST, 'number=1', { headers }))).toHaveLength(1);
      },
    );

    it.each([
      ['no content type', {}],
      ['application/json with a charset', { 'Content-Type': 'application/json;charset=UTF-8' }],
      ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
      ['plain text', { 'Content-Type': 'text/plain' }],
      ['a misspelt type', { 'Content-Type': 'aplication/jason' }],
      ['an invalid type', { 'Content-Type': ';;;' }],
      ['an Accept of something else', { 'Content-Type': 'application/json', Accept: 'text/xml' }],
    ])('accepts a JSON body with %s', async (_what, headers) => {
      const { code, token } = await make(crm.root);
      const body = JSON.stringify({ token: crm.root.token, ...byCode(code) });
      expect(data(await crm.root.postText(SHOW, body, { headers }))).toEqual(token);
    });

    it('accepts a login without a content type', async () => {
      const body = JSON.stringify({ username: ADMIN.email, password: ADMIN.password, organisation: 'Acme' });
      data(await crm.anonymous.postText('authentication/token', body, { headers: {} }));
    });

    it('accepts white space and a byte order mark around the body', async () => {
      const { code, token } = await make(crm.root);
      const body = `\ufeff \r\n${JSON.stringify({ token: crm.root.token, ...byCode(code) })}\n\n`;
      expect(data(await crm.root.postText(SHOW, body))).toEqual(token);
    });

    it('treats an absent body as one without members', async () => {
      for (const body of ['', ' \n']) failure(await crm.root.postText(SHOW, body), ERROR.token);
      failure(await crm.anonymous.postText('authentication/token', ''), ERROR.missing);
    });
  });

  it('answers in UTF-8 JSON that may not be cached, errors too', async () => {
    const replies: Reply[] = [await crm.root.get(LIST, 'number=1'), await crm.root.get(LIST, 'number=0')];
    for (const { headers, text } of replies) {
      expect(headers['content-type']).toMatch(/^application\/json; ?charset=utf-8$/i);
      expect(headers['cache-control']).toBe('no-store');
      expect(Number(headers['content-length'])).toBe(Buffer.byteLength(text));
    }
  });
});
