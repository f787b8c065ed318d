import { beforeAll, expect, it } from '@jest/globals';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import {
  UNKNOWN_USER_TOKEN,
  bearer,
  dataPlaneSuite,
  json,
  pair,
  privately,
  type Headers,
  type ServiceTokenWithSecret,
} from './support.js';

/** What applications behind a proxy have in these headers. */
const FOREIGN: readonly Headers[] = [
  bearer('sk-proj-abcdefghijklmnop'),
  bearer('eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'),
  bearer(UNKNOWN_USER_TOKEN),
  { Authorization: 'Bearer' },
  { Authorization: 'Basic cm9vdDpzZWNyZXQ=' },
  privately('glpat-abcdefghijklmnopqrst'),
  privately(UNKNOWN_USER_TOKEN),
  { ...bearer('sk-proj-abcdefghijklmnop'), ...privately('glpat-abcdefghijklmnopqrst') },
];

dataPlaneSuite('a credential of the application beside one of ours', ({ cf, status, verify }) => {
  let token: ServiceTokenWithSecret;

  beforeAll(async () => {
    token = await cf.token(ACCOUNT.id);
  });

  it.each(['', 'kind=service_token', `account=${ACCOUNT.id}`])('is ignored, by the rule "%s"', async (rule) => {
    for (const foreign of FOREIGN)
      expect([foreign, await status({ ...pair(token), ...foreign }, rule)]).toEqual([foreign, 200]);
  });

  it('is ignored beside a token of a user', async () => {
    const foreign = privately('glpat-abcdefghijklmnopqrst');
    expect(await status({ ...bearer(ADMIN.token), ...foreign }, 'kind=personal_token')).toBe(200);
    expect(await status({ ...privately(ADMIN.token), ...bearer('sk-proj-abcdefghijkl') })).toBe(200);
  });

  it('does not help a credential that is not accepted', async () => {
    const other = token.client_secret.endsWith('0') ? '1' : '0';
    const wrong = { ...token, client_secret: token.client_secret.slice(0, -1) + other };
    for (const foreign of FOREIGN) expect(await status({ ...pair(wrong), ...foreign })).toBe(401);
    for (const foreign of FOREIGN)
      expect(await status({ 'CF-Access-Client-Id': token.client_id, ...foreign })).toBe(401);
  });

  it('may even be a token of a user, where the rule admits only service tokens', async () => {
    const both = { ...pair(token), ...bearer(ADMIN.token) };
    const reply = await verify(both, 'kind=service_token');
    expect([reply.status, reply.headers['latchkey-token-kind']]).toEqual([200, 'service_token']);
    const people = await verify(both, 'kind=personal_token');
    expect([people.status, people.headers['latchkey-token-kind']]).toEqual([200, 'personal_token']);
    expect(await status(both)).toBe(401);
  });

  it('is ignored if the rule cannot admit it, repeated or by half', async () => {
    expect(await status({ ...bearer(ADMIN.token), 'CF-Access-Client-Id': token.client_id }, 'user=1000')).toBe(200);
    const repeated = [...Object.entries(pair(token)), ...['a', 'b'].map((value) => ['Private-Token', value])].flat();
    expect(await status(repeated, 'kind=service_token')).toBe(200);
    expect(await status(repeated)).toBe(401);
  });

  it('is told to be a valid one that is not admitted, if there is no other', async () => {
    expect(await status(bearer(ADMIN.token), 'kind=service_token')).toBe(403);
    expect(await status(pair(token), 'user=1000')).toBe(403);
    expect(await status(bearer('sk-proj-abcdefghijklmnop'), 'kind=service_token')).toBe(401);
  });
});

dataPlaneSuite(
  'a credential of the application in the header that also carries service tokens',
  ({ cf, status }) => {
    it('is ignored beside the pair, unlike a second service token', async () => {
      const token = await cf.token(ACCOUNT.id);
      const rule = 'kind=service_token';
      expect(await status({ ...pair(token), ...bearer('sk-proj-abcdefghijklmnop') }, rule)).toBe(200);
      expect(await status({ ...pair(token), Authorization: json(token) }, rule)).toBe(401);
      expect(await status({ ...pair(token), Authorization: '{}' }, rule)).toBe(401);
      expect(await status({ Authorization: json(token), ...privately('glpat-abcdefghijkl') }, rule)).toBe(200);
    });
  },
  { SERVICE_TOKEN_HEADER: 'Authorization' },
);
