import { describe, expect, it } from '@jest/globals';
import { sendBytes, type Reply } from '../../support/http.js';
import { ADMIN } from '../../support/test-server.js';
import {
  PREFIX,
  cloudflareSuite,
  ok,
  okList,
  tokenPath,
  tokensOf,
  type ServiceToken,
  type ServiceTokenWithSecret,
} from './support.js';

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** Headers that the vendor's own libraries send. */
const LIBRARY_HEADERS = {
  Accept: 'application/json',
  'Accept-Encoding': 'gzip, deflate',
  'Accept-Language': '*',
  'Sec-Fetch-Mode': 'cors',
  'User-Agent': 'Cloudflare/JS 7.3.0',
  'api-version': '2026-11-21',
  'X-Stainless-Arch': 'x64',
  'X-Stainless-Lang': 'js',
  'X-Stainless-OS': 'Linux',
  'X-Stainless-Package-Version': '7.3.0',
  'X-Stainless-Retry-Count': '0',
  'X-Stainless-Runtime': 'node',
  'X-Stainless-Timeout': '60',
};

interface Form {
  readonly headers: Record<string, string>;
  readonly body?: string;
}

const EMPTY_FORMS: [what: string, form: Form][] = [
  ['no body and no content type', { headers: {} }],
  ['no body and a JSON content type', { headers: JSON_TYPE }],
  [
    'no body and a JSON content type with a charset',
    { headers: { 'Content-Type': 'application/json; charset=utf-8' } },
  ],
  ['an empty object', { headers: JSON_TYPE, body: '{}' }],
  ['an empty object without a content type', { headers: {}, body: '{}' }],
  ['an empty object, pretty-printed', { headers: JSON_TYPE, body: '{\n}\n' }],
  ['white space', { headers: JSON_TYPE, body: '\n' }],
  [
    'an empty object and a form’s content type',
    { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: '{}' },
  ],
  ['an empty object and the headers of a library', { headers: { ...JSON_TYPE, ...LIBRARY_HEADERS }, body: '{}' }],
];

cloudflareSuite('requests as other clients send them', (cf) => {
  /** Sends raw bytes over a separate connection. */
  const raw = (method: string, path: string, lines: string[], body = ''): Promise<Reply> => {
    const head = [
      `${method} ${cf.server.basePath}${PREFIX}${path} HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      `Authorization: Bearer ${ADMIN.token}`,
      ...lines,
    ];
    return sendBytes(cf.server.baseUrl, `${head.join('\r\n')}\r\n\r\n${body}`);
  };
  const authorization = { Authorization: `Bearer ${ADMIN.token}` };
  const post = (path: string, { headers, body }: Form): Promise<Reply> =>
    cf.anonymous.post(path, body, { headers: { ...authorization, ...headers } });

  describe('refresh and rotate', () => {
    it.each(EMPTY_FORMS)('take %s', async (_what, form) => {
      const account = await cf.account();
      const token = await cf.token(account);
      const path = tokenPath(account, token.id);
      expect(ok<ServiceToken>(await post(`${path}/refresh`, form))).toMatchObject({ client_secret_version: 1 });
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('valid');
      const rotated = ok<ServiceTokenWithSecret>(await post(`${path}/rotate`, form));
      expect(rotated.client_secret_version).toBe(2);
      expect(await cf.verdict(token.client_id, rotated.client_secret)).toBe('valid');
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('wrong_secret');
    });

    it.each([
      ['without a length', []],
      ['in chunked encoding without a chunk', ['Transfer-Encoding: chunked', 'Content-Type: application/json']],
    ])('accept a body that is sent %s', async (_what, lines) => {
      const account = await cf.account();
      const path = tokenPath(account, (await cf.token(account)).id);
      const body = lines.length > 0 ? '0\r\n\r\n' : '';
      ok(await raw('POST', `${path}/refresh`, lines, body));
      expect(ok<ServiceToken>(await raw('POST', `${path}/rotate`, lines, body)).client_secret_version).toBe(2);
    });

    it('accept a time in a pretty-printed body', async () => {
      const account = await cf.account();
      const token = await cf.token(account);
      const body = '{\n  "previous_client_secret_expires_at": "2099-01-31T12:00:00Z"\n}\n';
      const rotated = ok<ServiceToken>(
        await post(`${tokenPath(account, token.id)}/rotate`, { headers: JSON_TYPE, body }),
      );
      expect(rotated.previous_client_secret_expires_at).toBe('2099-01-31T12:00:00Z');
      expect(await cf.verdict(token.client_id, token.client_secret)).toBe('valid');
    });
  });

  describe('GET and DELETE', () => {
    it.each<[string, Record<string, string>]>([
      ['a JSON content type without a body', JSON_TYPE],
      ['a JSON content type and a length of zero', { ...JSON_TYPE, 'Content-Length': '0' }],
      ['the headers of a library', { ...JSON_TYPE, ...LIBRARY_HEADERS }],
    ])('take %s', async (_what, headers) => {
      const account = await cf.account();
      const { id } = await cf.token(account);
      const path = tokenPath(account, id);
      expect(okList(await cf.admin.get(tokensOf(account), { headers })).items).toHaveLength(1);
      expect(okList(await cf.admin.get(`${tokensOf(account)}?page=1&per_page=100`, { headers })).items).toHaveLength(1);
      expect(ok(await cf.admin.get(path, { headers }))).toMatchObject({ id });
      expect((await cf.admin.get('/user/tokens/verify', { headers })).status).toBe(200);
      expect(ok(await cf.admin.delete(path, { headers }))).toMatchObject({ id });
    });

    it('accept an empty object as a body', async () => {
      const account = await cf.account();
      const path = tokenPath(account, (await cf.token(account)).id);
      const lines = ['Content-Type: application/json', 'Content-Length: 2'];
      ok(await raw('GET', path, lines, '{}'));
      ok(await raw('DELETE', path, lines, '{}'));
    });
  });

  describe('POST and PUT', () => {
    it('treat client_secret_version 0 as absent', async () => {
      const account = await cf.account();
      const created = ok<ServiceTokenWithSecret>(
        await cf.admin.post(tokensOf(account), '{"name":"ci","duration":"8760h","client_secret_version":0}'),
        201,
      );
      expect(created.client_secret_version).toBe(1);
      const path = tokenPath(account, created.id);
      const updated = ok<ServiceToken>(
        await cf.admin.put(path, '{"name":"ci2","duration":"17520h","client_secret_version":0}'),
      );
      expect(updated).toMatchObject({ name: 'ci2', duration: '17520h', client_secret_version: 1 });
      expect(updated).not.toHaveProperty('client_secret');
      expect(await cf.verdict(created.client_id, created.client_secret)).toBe('valid');
    });

    it('accept pretty-printed JSON, with any content type or none', async () => {
      const account = await cf.account();
      const body = '{\n    "name": "pretty",\n    "duration": "8760h"\n}\n';
      const types = ['application/json; charset=UTF-8', 'text/plain', 'application/x-www-form-urlencoded', undefined];
      for (const type of types) {
        const lines = [`Content-Length: ${String(body.length)}`, ...(type ? [`Content-Type: ${type}`] : [])];
        expect(ok(await raw('POST', tokensOf(account), lines, body), 201)).toMatchObject({ name: 'pretty' });
      }
    });

    it('accept the two partial updates of the documentation', async () => {
      const account = await cf.account();
      const path = tokenPath(account, (await cf.token(account, { name: 'CI/CD token' })).id);
      expect(ok(await cf.admin.put(path, { duration: '17520h' }))).toMatchObject({
        name: 'CI/CD token',
        duration: '17520h',
        enabled: true,
      });
      expect(ok(await cf.admin.put(path, { name: 'off', enabled: false }))).toMatchObject({
        name: 'off',
        duration: '17520h',
        enabled: false,
      });
    });

    it('accept a whole token as it was read, and change only updated_at', async () => {
      const account = await cf.account();
      const { id } = await cf.token(account, { duration: 'forever' });
      const { updated_at: _before, ...token } = await cf.read(account, id);
      expect(ok(await cf.admin.put(tokenPath(account, id), token))).toMatchObject(token);
    });

    it('accept the headers of a library', async () => {
      const account = await cf.account();
      const headers = LIBRARY_HEADERS;
      const { id } = ok<ServiceToken>(await cf.admin.post(tokensOf(account), { name: 'n' }, { headers }), 201);
      ok(await cf.admin.put(tokenPath(account, id), { name: 'm' }, { headers }));
    });
  });
});
