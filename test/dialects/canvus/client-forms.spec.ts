/** Requests byte for byte as real clients send them (docs/contracts/canvus.md §1.3 to §1.8). */
import { describe, expect, it } from '@jest/globals';
import { sendBytes, type Reply } from '../../support/http.js';
import {
  PLAIN_TOKEN,
  UNKNOWN_TOKEN,
  canvusSuite,
  ok,
  refusal,
  tokenPath,
  tokensOf,
  userPath,
  type AccessToken,
  type Canvus,
  type CreatedAccessToken,
  type Login,
  type User,
} from './support.js';

interface Form {
  method?: string;
  path: string;
  headers?: string[];
  body?: string;
}

/** Header lines exactly as given, then the body. */
function exact(canvus: Canvus, { method = 'GET', path, headers = [], body = '' }: Form): Promise<Reply> {
  const target = `${canvus.server.basePath}/api/v1${path}`;
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: canvus.example.com', ...headers, 'Connection: close'];
  return sendBytes(canvus.server.baseUrl, `${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** What curl 7.88 sends for `curl [-X METHOD] -H "Private-Token: …" [-d DATA] URL`. */
function curl(canvus: Canvus, form: Form & { token?: string }): Promise<Reply> {
  const { token, body } = form;
  const headers = ['User-Agent: curl/7.88.1', 'Accept: */*'];
  if (token !== undefined) headers.push(`Private-Token: ${token}`);
  if (body !== undefined) {
    const length = String(Buffer.byteLength(body));
    headers.push(`Content-Length: ${length}`, 'Content-Type: application/x-www-form-urlencoded');
  }
  return exact(canvus, { ...form, headers });
}

canvusSuite(
  'the vendor’s documented commands',
  (canvus) => {
    it('list, show, create, change and delete access tokens', async () => {
      const { user, actor } = await canvus.person();
      const { token } = actor;
      const list = tokensOf(user.id);

      const listed = ok<AccessToken[]>(await curl(canvus, { path: list, token }));
      const first = tokenPath(user.id, listed[0]?.id ?? '');
      expect(ok(await curl(canvus, { path: first, token }))).toEqual(listed[0]);

      const creation = { method: 'POST', path: list, token, body: '{"description":"Second token"}' };
      const created = ok<CreatedAccessToken>(await curl(canvus, creation));
      expect(created).toMatchObject({ description: 'Second token', plain_token: expect.stringMatching(PLAIN_TOKEN) });

      const second = tokenPath(user.id, created.id);
      const change = { method: 'PATCH', path: second, token, body: '{"description":"Updated description"}' };
      expect(ok<AccessToken>(await curl(canvus, change)).description).toBe('Updated description');

      expect(ok(await curl(canvus, { method: 'DELETE', path: second, token }))).toEqual({});
      refusal(await curl(canvus, { path: second, token }), 404);
    });

    it('log in, show who is logged in, and log out', async () => {
      const { email, password, user } = await canvus.person();
      const body = JSON.stringify({ email, password });
      const { token } = ok<Login>(await curl(canvus, { method: 'POST', path: '/users/login', body }));
      expect(ok<User>(await curl(canvus, { path: userPath(user.id), token })).email).toBe(email);
      const renewed = await curl(canvus, { method: 'POST', path: '/users/login', body: JSON.stringify({ token }) });
      expect(ok<Login>(renewed).token).not.toBe(token);
      const logout = { method: 'POST', path: '/users/logout', token, body: JSON.stringify({ token }) };
      expect(ok(await curl(canvus, logout))).toEqual({});
      expect((await curl(canvus, { path: '/users', token })).status).toBe(401);
    });

    it('create, block, unblock, approve and delete users', async () => {
      const { token } = canvus.admin;
      const body = '{"email":"alice@example.com","name":"Alice","password":"pass","approved":false}';
      const { id } = ok<User>(await curl(canvus, { method: 'POST', path: '/users', token, body }));
      for (const action of ['/approve', '/block', '/unblock']) {
        ok(await curl(canvus, { method: 'POST', path: userPath(id, action), token }));
      }
      expect(ok(await curl(canvus, { method: 'DELETE', path: userPath(id), token }))).toEqual({});
    });

    it('ask for server-info and server-config without a token', async () => {
      ok(await curl(canvus, { path: '/server-info' }));
      ok(await curl(canvus, { path: '/server-config' }));
    });
  },
  // They create a user with a password of four characters.
  { PASSWORD_MIN_LENGTH: '4' },
);

canvusSuite('variations of client libraries', (canvus) => {
  const auth = (): string => `Private-Token: ${canvus.admin.token ?? ''}`;

  describe.each(['application/json', 'application/json; charset=utf-8', 'application/octet-stream', 'text/plain'])(
    'Content-Type %s with nothing in it',
    (type) => {
      it('does not matter on GET and DELETE', async () => {
        const { id } = await canvus.token(1000);
        const headers = [auth(), `Content-Type: ${type}`];
        ok(await exact(canvus, { path: tokensOf(1000), headers }));
        ok(await exact(canvus, { method: 'DELETE', path: tokenPath(1000, id), headers }));
      });

      it.each([
        ['with Content-Length: 0', ['Content-Length: 0']],
        ['with no length', []],
      ])('does not matter on a POST without a body, %s', async (_kind, length) => {
        const person = await canvus.person();
        const headers = [auth(), `Content-Type: ${type}`, ...length];
        ok(await exact(canvus, { method: 'POST', path: userPath(person.user.id, '/block'), headers }));
        ok(await exact(canvus, { method: 'POST', path: userPath(person.user.id, '/unblock'), headers }));
        const session = [`Private-Token: ${(await canvus.login(person)).token}`, ...headers.slice(1)];
        ok(await exact(canvus, { method: 'POST', path: '/users/logout', headers: session }));
      });

      it('counts as missing where members are required', async () => {
        const headers = [auth(), `Content-Type: ${type}`, 'Content-Length: 0'];
        const reply = await exact(canvus, { method: 'POST', path: tokensOf(1000), headers });
        expect(refusal(reply, 400)).toBe('description parameter is missing');
      });
    },
  );

  it.each([
    'application/json',
    'application/octet-stream',
    'text/plain',
    'application/x-www-form-urlencoded; charset=UTF-8',
    'application/json; charset=no-such-charset',
    'multipart/form-data; boundary=x',
    'application/xml',
    'not a content type',
    '',
  ])('accepts JSON with any Content-Type: %j', async (type) => {
    const headers = { 'Content-Type': type };
    const reply = await canvus.admin.post(tokensOf(1000), { description: 'ü%+&=' }, { headers });
    expect(ok<AccessToken>(reply).description).toBe('ü%+&=');
  });

  it('accepts a chunked body', async () => {
    const body = '{"description":"in parts"}';
    const chunks = `5\r\n${body.slice(0, 5)}\r\n15\r\n${body.slice(5)}\r\n0\r\n\r\n`;
    const headers = [auth(), 'Content-Type: application/json', 'Transfer-Encoding: chunked'];
    const reply = await exact(canvus, { method: 'POST', path: tokensOf(1000), headers, body: chunks });
    expect(ok<AccessToken>(reply).description).toBe('in parts');
  });

  it('accepts white space around the JSON, and treats white space alone as no body', async () => {
    ok(await canvus.admin.post(tokensOf(1000), '\r\n {"description":"d"}\r\n'));
    const reply = await canvus.admin.post(tokensOf(1000), ' \r\n ');
    expect(refusal(reply, 400)).toBe('description parameter is missing');
  });

  it('ignores a body where none is documented', async () => {
    const { user } = await canvus.person();
    ok(await canvus.admin.send('GET', '/users', 'no JSON'));
    ok(await canvus.admin.send('DELETE', userPath(user.id), 'no JSON'));
  });

  it.each(['*/*', 'application/json', 'application/x-ndjson, application/json', 'text/html', 'image/png;q=0.1'])(
    'answers JSON to Accept: %s',
    async (accept) => {
      ok(await canvus.admin.get('/users', { headers: { Accept: accept, 'Accept-Encoding': 'gzip, br' } }));
    },
  );

  it.each(['private-token', 'Private-Token', 'PRIVATE-TOKEN'])('reads the header %s', async (name) => {
    ok(await exact(canvus, { path: '/users', headers: [`${name}: ${canvus.admin.token ?? ''}`] }));
  });

  it.each(['', 'junk', UNKNOWN_TOKEN, 'x'.repeat(5000), 'ÿ\u0080'])(
    'accepts a login with any Private-Token: %j',
    async (token) => {
      const { email, password, user } = await canvus.person();
      const login = ok<Login>(await canvus.holder(token).post('/users/login', { email, password }));
      expect(login.user.id).toBe(user.id);
    },
  );

  it('accepts a login with the token of a blocked user in the header', async () => {
    const { actor } = await canvus.person({ blocked: true });
    const { email, password } = await canvus.person();
    ok(await actor.post('/users/login', { email, password }));
  });

  it.each([
    ['GET', '/users/', undefined],
    ['GET', '/users/?x=1', undefined],
    ['GET', '/users/1000/', undefined],
    ['GET', '/users/1000/access-tokens/', undefined],
    ['GET', '/users/1000/access-tokens/?subscribe=false', undefined],
    ['POST', '/users/1000/access-tokens/', { description: 'd' }],
    ['GET', '/server-info/', undefined],
    ['GET', '/server-config/', undefined],
  ])('accepts a trailing slash: %s %s', async (method, path, body) => {
    ok(await canvus.admin.send(method, path, body));
  });

  it('always sends a body with a JSON content type, for errors too', async () => {
    for (const reply of [
      await canvus.anonymous.get('/users'),
      await canvus.admin.get('/nothing/here'),
      await canvus.admin.post('/users', '{'),
    ]) {
      expect(reply.headers['content-type']).toMatch(/^application\/json\b/);
      expect(() => reply.json()).not.toThrow();
    }
  });
});
