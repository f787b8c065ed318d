/** What both OAuth endpoints answer to unauthenticated callers, and to invalid forms. */
import { describe, expect, it } from '@jest/globals';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import {
  UNKNOWN_USER_TOKEN,
  basic,
  bearer,
  listed,
  oauthError,
  pair,
  privately,
  sendForm,
  type DataPlane,
  type Headers,
} from './support.js';

const FORM = 'application/x-www-form-urlencoded';

export function describeForms({ cf, status, crmLogin }: DataPlane, endpoint: 'introspect' | 'revoke'): void {
  const path = `/oauth2/${endpoint}`;
  /** A token of another user, which no request may change. */
  const victim = () => cf.token(ACCOUNT.id);
  const encoded = (text: string): Headers => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` });

  describe('401', () => {
    const challenge = async (caller: Headers): Promise<[error: string, challenge: unknown]> => {
      const token = await victim();
      const reply = await sendForm(cf, endpoint, caller, { token: token.client_secret });
      const answer: [string, unknown] = [oauthError(reply, 401), reply.headers['www-authenticate']];
      expect(await status(pair(token))).toBe(200);
      return answer;
    };

    it('invalid_client with a challenge of each scheme, without credentials and for a service that is not accepted', async () => {
      const token = await cf.token(ACCOUNT.id);
      const disabled = await cf.token(ACCOUNT.id, { enabled: false });
      const { client_id: id, client_secret: secret } = token;
      const callers: Headers[] = [
        {},
        { Authorization: '' },
        { Authorization: 'Basic' },
        { Authorization: 'Basic !!!' },
        { Authorization: 'Bearer' },
        { Authorization: `Digest ${id}:${secret}` },
        pair(token),
        privately(ADMIN.token),
        basic(disabled),
        basic({ ...token, client_secret: disabled.client_secret }),
        basic({ client_id: '', client_secret: '' }),
        encoded(id),
        encoded(`${id}:`),
        encoded(`:${secret}`),
        encoded(`${secret}:${id}`),
        encoded(`${id}:${secret}:`),
        encoded(`${id} :${secret}`),
        encoded(`${id}:${encodeURIComponent(`${secret} `)}`),
        encoded(`${id}:${secret}%`),
        encoded(`${ADMIN.email}:${ADMIN.password}`),
        encoded(`${ADMIN.email}:${ADMIN.token}`),
      ];
      const both = 'Basic realm="latchkey", charset="UTF-8", Bearer realm="latchkey"';
      for (const caller of callers) {
        expect([caller, await challenge(caller)]).toEqual([caller, ['invalid_client', both]]);
      }
    });

    it('invalid_token with a Bearer challenge, for a token of a user that is not accepted (RFC 7662 §2.3)', async () => {
      const token = await cf.token(ACCOUNT.id);
      for (const text of [UNKNOWN_USER_TOKEN, 'x', token.client_secret, await crmLogin()]) {
        const answer = ['invalid_token', 'Bearer realm="latchkey", error="invalid_token"'];
        expect([text, await challenge(bearer(text))]).toEqual([text, answer]);
      }
    });

    it('for more than one Authorization header, even if they are equal', async () => {
      const token = await cf.token(ACCOUNT.id);
      for (const second of [basic(token), bearer(ADMIN.token), { Authorization: '' }]) {
        const headers = listed({ 'Content-Type': FORM }, basic(token), second);
        const reply = await send(cf.server.baseUrl, 'POST', path, { headers, body: `token=${UNKNOWN_USER_TOKEN}` });
        expect(oauthError(reply, 401)).toBe('invalid_client');
      }
    });
  });

  describe('a caller', () => {
    it('may send the parts of a service token percent-encoded or plain, and the scheme in any case', async () => {
      const token = await cf.token(ACCOUNT.id);
      const { client_id: id, client_secret: secret } = token;
      const everything = (text: string): string =>
        Array.from(text, (letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
      const text = Buffer.from(`${id}:${secret}`).toString('base64');
      const callers = [
        encoded(`${id}:${secret}`),
        encoded(`${everything(id)}:${everything(secret)}`),
        basic(token),
        { authorization: `basic  ${text}` },
        { AUTHORIZATION: `BASIC ${text}` },
      ];
      for (const caller of callers) {
        expect((await sendForm(cf, endpoint, caller, { token: UNKNOWN_USER_TOKEN })).status).toBe(200);
      }
    });
  });

  describe('400', () => {
    const tokenOfForm = async (): Promise<string> => `token=${(await victim()).client_secret}`;

    it.each([
      ['no token', 'x=y'],
      ['an empty token', 'token='],
      ['nothing', ''],
      ['a token in another case', 'Token=x'],
      ['a token twice', `token=${UNKNOWN_USER_TOKEN}&token=${UNKNOWN_USER_TOKEN}`],
      ['a hint twice', 'token=x&token_type_hint=a&token_type_hint=a'],
      ['any member twice', 'token=x&foo=1&foo=2'],
      ['a secret of the caller in addition to the header (RFC 6749 §2.3)', 'token=x&client_id=y&client_secret=z'],
      ['bytes that are not UTF-8', Buffer.from([0x74, 0x6f, 0x6b, 0x65, 0x6e, 0x3d, 0xff])],
    ])('invalid_request for %s', async (_, form) => {
      const headers = { 'Content-Type': FORM, ...bearer(ADMIN.token) };
      const reply = await send(cf.server.baseUrl, 'POST', path, { headers, body: form });
      expect(oauthError(reply, 400)).toBe('invalid_request');
    });

    it.each([
      ['application/json', '{"token":"x"}'],
      ['text/plain', 'token=x'],
      ['multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data; name="token"\r\n\r\nx\r\n--x--\r\n'],
      ['', 'token=x'],
    ])('invalid_request for a body of another type: %s', async (type, body) => {
      const headers = { ...(type !== '' && { 'Content-Type': type }), ...bearer(ADMIN.token) };
      const reply = await send(cf.server.baseUrl, 'POST', path, { headers, body });
      expect(oauthError(reply, 400)).toBe('invalid_request');
      expect(reply.text).toContain(FORM);
    });

    it('not for a form with a charset, or a percent-encoded token', async () => {
      const headers = { 'Content-Type': `${FORM}; charset=UTF-8`, ...bearer(ADMIN.token) };
      const body = (await tokenOfForm()).replace('_', '%5F');
      expect((await send(cf.server.baseUrl, 'POST', path, { headers, body })).status).toBe(200);
    });
  });

  it('413 for a form of more than 64 KiB', async () => {
    const reply = await sendForm(cf, endpoint, bearer(ADMIN.token), `token=${'x'.repeat(64 * 1024)}`);
    expect(oauthError(reply, 413)).toBe('invalid_request');
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH'])('405 for %s, with the allowed method', async (method) => {
    const token = await victim();
    const address = `${path}?token=${token.client_secret}`;
    const reply = await send(cf.server.baseUrl, method, address, { headers: bearer(ADMIN.token) });
    expect(oauthError(reply, 405)).toBe('invalid_request');
    expect(reply.headers.allow).toBe('POST');
    expect(await status(pair(token))).toBe(200);
  });

  it('404 in the same form for unknown paths next to it', async () => {
    const reply = await sendForm(cf, `${endpoint}x`, bearer(ADMIN.token), { token: 'x' });
    expect(oauthError(reply, 404)).toBe('invalid_request');
  });
}
