import { beforeAll, describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import { send, sendBytes, type Reply } from '../../support/http.js';
import { ACCOUNT, ADMIN } from '../../support/test-server.js';
import { ROUTES, ROUTES_OF_AN_ACCOUNT, named, newScene, type Admitted, type Route, type Scene } from './routes.js';
import {
  AUTHENTICATION_ERROR,
  NO_CREDENTIALS,
  PREFIX,
  UNKNOWN_HEX,
  UNKNOWN_TOKEN,
  canvus,
  changingNothing,
  cloudflareSuite,
  ok,
  refusal,
  tokensOf,
  type Caller,
  type Cloudflare,
  type Person,
} from './support.js';

const call = (caller: Caller, route: Route, scene: Scene, headers: Record<string, string> = {}): Promise<Reply> =>
  caller.send(route.method, route.path(scene), route.body?.(scene), { headers });

type Kind = 'administrator' | 'read_only' | 'administrator of another account' | 'user without any account';

const ADMITTED: Record<Kind, readonly Admitted[]> = {
  administrator: ['any user', 'members', 'administrators'],
  read_only: ['any user', 'members'],
  'administrator of another account': ['any user'],
  'user without any account': ['any user'],
};

const personOf = async (cf: Cloudflare, kind: Kind, { account }: Scene): Promise<Person> => {
  if (kind === 'user without any account') return cf.person();
  if (kind === 'administrator of another account') return cf.memberOf(await cf.account(), 'administrator');
  return cf.memberOf(account, kind);
};

cloudflareSuite('authentication and permissions', (cf) => {
  describe('roles', () => {
    let admin: Promise<Person> | undefined;
    let readOnly: Promise<Scene> | undefined;
    describe.each(Object.keys(ADMITTED) as Kind[])('%s', (kind) => {
      const admitted = ROUTES.filter(({ admits }) => ADMITTED[kind].includes(admits));
      const refused = ROUTES.filter(({ admits }) => !ADMITTED[kind].includes(admits));

      // Reading and refused calls leave everything unchanged.
      let shared: { scene: Scene; caller: Caller };
      beforeAll(async () => {
        shared = await newShared();
      });
      const newShared = async (): Promise<typeof shared> => {
        const scene = await newScene(cf);
        return { scene, caller: (await personOf(cf, kind, scene)).caller };
      };

      it.each(named(admitted))('may %s', async (_name, route) => {
        const { scene, caller } = route.method === 'GET' ? shared : await newShared();
        expect((await call(caller, route, scene)).status).toBe(route.success);
      });

      it('may not call anything else, and nothing happens', async () => {
        const { scene, caller } = shared;
        await changingNothing(cf, () =>
          eachAtOnce(named(refused), async ([, route]) => {
            expect(refusal(await call(caller, route, scene), 403, 10000)).toEqual(AUTHENTICATION_ERROR);
          }),
        );
      });
    });

    it.each(named(ROUTES))('administrators of the server may %s in any account', async (_name, route) => {
      const { caller } = await (admin ??= cf.person({ admin: true }));
      const scene = route.method === 'GET' ? await (readOnly ??= newScene(cf)) : await newScene(cf);
      expect((await call(caller, route, scene)).status).toBe(route.success);
    });

    it('callers without permission cannot distinguish an account from one that does not exist', async () => {
      const scene = await newScene(cf);
      const { caller } = await cf.person();
      for (const route of ROUTES_OF_AN_ACCOUNT) {
        const foreign = await call(caller, route, scene);
        const nowhere = await call(caller, route, { ...scene, account: UNKNOWN_HEX });
        expect({ status: nowhere.status, text: nowhere.text }).toEqual({ status: 403, text: foreign.text });
      }
    });
  });

  describe('without a valid credential', () => {
    let scene: Scene;
    let blocked: Person;
    beforeAll(async () => {
      scene = await newScene(cf);
      blocked = await cf.memberOf(scene.account, 'administrator');
      await canvus(cf.server, 'POST', `/users/${String(blocked.userId)}/block`);
    });

    const refuses = async (route: Route): Promise<void> => {
      const reply = async (headers: Record<string, string>): Promise<Reply> =>
        call(cf.anonymous, route, scene, headers);
      expect(refusal(await reply({}), 400, 9106)).toEqual(NO_CREDENTIALS);
      refusal(await reply({ Authorization: 'Bearer x' }), 400, 6003);
      refusal(await reply({ 'X-Auth-Email': ADMIN.email, 'X-Auth-Key': 'short' }), 400, 6003);
      refusal(await reply({ 'X-Auth-Email': ADMIN.email, 'X-Auth-Key': UNKNOWN_TOKEN }), 403, 9103);
      refusal(await reply({ 'X-Auth-Email': blocked.email, 'X-Auth-Key': blocked.key }), 403, 9103);
      expect((await call(blocked.caller, route, scene)).status).toBe(401);
      const unknown = await reply({ Authorization: `Bearer ${UNKNOWN_TOKEN}` });
      if (route.path(scene).endsWith('/verify')) refusal(unknown, 401, 1000);
      else expect(refusal(unknown, 401, 10000)).toEqual(AUTHENTICATION_ERROR);
    };

    it('every call is refused, and nothing happens', async () => {
      await changingNothing(cf, () => eachAtOnce(named(ROUTES), ([, route]) => refuses(route)));
    });
  });

  describe('Bearer', () => {
    const PATH = tokensOf();

    it.each([
      ['as documented', (token: string) => `Bearer ${token}`],
      ['with the scheme in lower case', (token: string) => `bearer ${token}`],
      ['with several spaces', (token: string) => `Bearer   ${token}`],
    ])('accepts a personal token %s', async (_form, header) => {
      const reply = await cf.anonymous.get(PATH, { headers: { Authorization: header(ADMIN.token) } });
      expect(reply.status).toBe(200);
    });

    it('accepts a login token until it is logged out', async () => {
      const { email, password } = await cf.memberOf(ACCOUNT.id, 'administrator');
      const { token } = (await canvus(cf.server, 'POST', '/users/login', { email, password })) as { token: string };
      const caller = cf.holder(token);
      expect((await caller.get(PATH)).status).toBe(200);
      expect((await caller.post(PATH, { name: 'by login' })).status).toBe(201);
      await send(cf.server.baseUrl, 'POST', '/api/v1/users/logout', { headers: { 'Private-Token': token } });
      expect(refusal(await caller.get(PATH), 401, 10000)).toEqual(AUTHENTICATION_ERROR);
    });

    it.each([
      ['another scheme', 'Basic dXNlcjpwYXNzd29yZA=='],
      ['no scheme', ADMIN.token],
      ['nothing after the scheme', 'Bearer'],
      ['only spaces after the scheme', 'Bearer    '],
      ['an empty value', ''],
      ['two tokens', `Bearer ${ADMIN.token} ${ADMIN.token}`],
      ['a token in quotes', `Bearer "${ADMIN.token}"`],
      ['a token of 8 characters', 'Bearer 12345678'],
      ['a token of 10,000 characters', `Bearer ${'x'.repeat(10_000)}`],
      [
        'bytes that are not ASCII',
        'Bearer \u00e4\u00f6\u00fc\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc\u00e4\u00f6',
      ],
    ])('400: says that a header with %s is malformed', async (_what, header) => {
      const reply = await cf.anonymous.get(PATH, { headers: { Authorization: header } });
      expect(refusal(reply, 400, 6003)).toEqual({
        code: 6003,
        message: 'Invalid request headers',
        error_chain: [{ code: 6111, message: 'Invalid format for Authorization header' }],
      });
    });

    it('401: refuses service tokens, as either part or both together', async () => {
      const { client_id: id, client_secret: secret } = await cf.token(ACCOUNT.id);
      for (const text of [secret, id, `${id}.${secret}`]) {
        refusal(await cf.holder(text).get(PATH), 401, 10000);
      }
      const headers = { 'CF-Access-Client-Id': id, 'CF-Access-Client-Secret': secret };
      refusal(await cf.anonymous.get(PATH, { headers }), 400, 9106);
    });

    it('401: refuses the session token of another dialect; 400 if it does not look like a token', async () => {
      refusal(await cf.holder('0123456789ABCDEF0123456789ABCDEF').get(PATH), 401, 10000);
      refusal(await cf.anonymous.get(PATH, { headers: { 'Private-Token': ADMIN.token } }), 400, 9106);
    });

    it('401: refuses a token that was deleted, at once', async () => {
      const { caller, userId } = await cf.memberOf(ACCOUNT.id, 'read_only');
      expect((await caller.get(PATH)).status).toBe(200);
      await canvus(cf.server, 'DELETE', `/users/${String(userId)}`);
      refusal(await caller.get(PATH), 401, 10000);
    });

    it('401: refuses a user who is not approved', async () => {
      const { caller } = await cf.person({ approved: false });
      refusal(await caller.get(PATH), 401, 10000);
    });

    it('does not confuse two Authorization headers', async () => {
      const bytes =
        `GET ${cf.server.basePath}${PREFIX}${PATH}?per_page=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
        `Authorization: Bearer ${UNKNOWN_TOKEN}\r\nAuthorization: Bearer ${ADMIN.token}\r\n\r\n`;
      const { status } = await sendBytes(cf.server.baseUrl, bytes);
      expect([400, 401]).toContain(status);
    });
  });

  describe('X-Auth-Email and X-Auth-Key', () => {
    const PATH = tokensOf();
    const get = (headers: Record<string, string>): Promise<Reply> => cf.anonymous.get(PATH, { headers });

    it('accepts a personal token of that user, with their rights', async () => {
      const { email, key } = await cf.memberOf(ACCOUNT.id, 'read_only');
      const headers = { 'X-Auth-Email': email, 'X-Auth-Key': key };
      expect((await get(headers)).status).toBe(200);
      refusal(await cf.anonymous.post(PATH, { name: 'n' }, { headers }), 403, 10000);
      expect((await get({ 'x-auth-email': ADMIN.email.toUpperCase(), 'x-auth-key': ADMIN.token })).status).toBe(200);
    });

    it.each<[string, Record<string, string>]>([
      ['the key without the address', { 'X-Auth-Key': ADMIN.token }],
      ['the address without the key', { 'X-Auth-Email': ADMIN.email }],
    ])('400: names the missing headers for %s', async (_what, headers) => {
      expect(refusal(await get(headers), 400, 9106)).toEqual(NO_CREDENTIALS);
    });

    it.each([
      ['is too short', 'short'],
      ['is empty', ''],
      ['contains spaces', 'x x x x x x x x x x x x'],
      ['has 10,000 characters', 'x'.repeat(10_000)],
    ])('400: says that a key that %s is malformed', async (_what, key) => {
      expect(refusal(await get({ 'X-Auth-Email': ADMIN.email, 'X-Auth-Key': key }), 400, 6003)).toEqual({
        code: 6003,
        message: 'Invalid request headers',
        error_chain: [{ code: 6103, message: 'Invalid format for X-Auth-Key header' }],
      });
    });

    it('403: gives the same message for an unknown key, an unknown address and another user’s key', async () => {
      const [one, other] = [await cf.memberOf(ACCOUNT.id, 'read_only'), await cf.memberOf(ACCOUNT.id, 'read_only')];
      const pairs = [
        { 'X-Auth-Email': one.email, 'X-Auth-Key': UNKNOWN_TOKEN },
        { 'X-Auth-Email': 'nobody@example.com', 'X-Auth-Key': one.key },
        { 'X-Auth-Email': other.email, 'X-Auth-Key': one.key },
        { 'X-Auth-Email': one.email, 'X-Auth-Key': ADMIN.token },
        { 'X-Auth-Email': '', 'X-Auth-Key': one.key },
      ];
      for (const headers of pairs) {
        expect(refusal(await get(headers), 403, 9103)).toEqual({
          code: 9103,
          message: 'Unknown X-Auth-Key or X-Auth-Email',
        });
      }
    });

    it('403: accepts no login token, password or service token as a key', async () => {
      const { email, password } = await cf.memberOf(ACCOUNT.id, 'administrator');
      const { token } = (await canvus(cf.server, 'POST', '/users/login', { email, password })) as { token: string };
      const { client_secret: secret } = await cf.token(ACCOUNT.id);
      for (const key of [token, secret, 'password_of_mine_']) {
        refusal(await get({ 'X-Auth-Email': email, 'X-Auth-Key': key }), 403, 9103);
      }
    });

    it('works for the whole life cycle of a token, as Bearer does', async () => {
      const headers = { 'X-Auth-Email': ADMIN.email, 'X-Auth-Key': ADMIN.token };
      const { id } = ok<{ id: string }>(await cf.anonymous.post(PATH, { name: 'by key' }, { headers }), 201);
      for (const action of ['refresh', 'rotate']) {
        ok(await cf.anonymous.post(`${PATH}/${id}/${action}`, undefined, { headers }));
      }
      ok(await cf.anonymous.put(`${PATH}/${id}`, { name: 'renamed' }, { headers }));
      ok(await cf.anonymous.delete(`${PATH}/${id}`, { headers }));
    });
  });
});
