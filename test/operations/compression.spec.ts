/** What is compressed, for whom, and that nothing with a secret ever is. */
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import { allowCompression, provideCompression } from '../../src/http/index.js';
import { compressionFrom } from '../../src/http/output/compression.js';
import { closeLater } from '../support/closing.js';
import { onBothEngines } from '../support/engines.js';
import { addressed } from '../support/http.js';
import { ACCOUNT, ADMIN, startInMount, startServer, type TestServer } from '../support/test-server.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

interface Asked {
  readonly method?: string;
  readonly accepts?: string;
  readonly body?: string;
  /** Gives up when the headers are there. */
  readonly isStream?: boolean;
}

const CREDENTIALS = { 'Private-Token': ADMIN.token, Authorization: `Bearer ${ADMIN.token}` };

/** Bytes as they come. */
function ask(
  baseUrl: string,
  path: string,
  { method = 'GET', accepts, body, isStream = false }: Asked = {},
): Promise<Answer> {
  const isOurs = path.startsWith('/api/') || path.startsWith('/docs');
  const credentials = isOurs
    ? { 'Private-Token': CREDENTIALS['Private-Token'] }
    : { Authorization: CREDENTIALS.Authorization };
  const form = path.startsWith('/oauth2') ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {};
  const headers = { ...credentials, ...form, ...(accepts !== undefined && { 'Accept-Encoding': accepts }) };
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ ...addressed(baseUrl, path), method, headers }, (response) => {
      const chunks: Buffer[] = [];
      const done = (): void => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks) });
      };
      if (isStream) {
        done();
        response.destroy();
        return;
      }
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', done);
    });
    sent.on('error', reject).end(body);
  });
}

const DECODERS: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  deflate: inflateSync,
};

/** Everything that may be compressed. */
const LISTS = [
  `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`,
  `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens?page=1&per_page=5`,
  `/client/v4/accounts/${ACCOUNT.id}/members`,
  `/client/v4/accounts/${ACCOUNT.id}/members?page=1&per_page=5`,
  '/client/v4/accounts',
  '/client/v4/accounts?page=1&per_page=5',
  '/api/v1/users',
  '/api/v1/users/1000/access-tokens',
  '/api/v1/audit-log',
  '/api/v1/audit-log/export-csv',
  '/latchkey/v1/tokens',
  '/latchkey/v1/tokens/export.csv',
];

interface Issued {
  readonly result: { readonly id: string };
}

onBothEngines('an answer', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    // So that lists of a few rows are long enough, and answers with a secret are too.
    server = await startInMount(engine, { COMPRESS_FROM_BYTES: '20' });
  });
  afterAll(() => server.close());

  const create = async (name: string): Promise<Answer> =>
    ask(server.baseUrl, LISTS[0] ?? '', { method: 'POST', body: JSON.stringify({ name }), accepts: 'gzip, br' });

  it.each(LISTS)('of %s is compressed as the client accepts it, and says the same', async (path) => {
    await create('listed');
    const plain = await ask(server.baseUrl, path);
    expect([plain.status, plain.headers['content-encoding']]).toEqual([200, undefined]);
    expect(plain.headers.vary).toContain('Accept-Encoding');
    for (const [encoding, decode] of Object.entries(DECODERS)) {
      const { headers, bytes } = await ask(server.baseUrl, path, { accepts: encoding });
      expect([headers['content-encoding'], headers['content-length']]).toEqual([encoding, undefined]);
      expect(headers.vary).toContain('Accept-Encoding');
      expect(decode(bytes).toString()).toBe(plain.bytes.toString());
    }
    const refused = await ask(server.baseUrl, path, { accepts: 'gzip;q=0, identity' });
    expect(refused.headers['content-encoding']).toBeUndefined();
  });

  it('to HEAD gives no length but the one that GET would give', async () => {
    for (const path of LISTS) {
      const [got, plain] = [await ask(server.baseUrl, path), await ask(server.baseUrl, path, { method: 'HEAD' })];
      expect(plain.bytes.length).toBe(0);
      expect([path, plain.headers['content-length']]).toEqual([path, got.headers['content-length']]);
      const { headers } = await ask(server.baseUrl, path, { method: 'HEAD', accepts: 'gzip' });
      expect([path, headers['content-length'], headers['content-encoding']]).toEqual([path, undefined, undefined]);
    }
  });

  it('with a secret in it is never compressed, in any dialect', async () => {
    const created = await create('with a secret');
    const { id } = (JSON.parse(created.bytes.toString()) as Issued).result;
    const token = `${LISTS[0] ?? ''}/${id}`;
    const logIn = { email: ADMIN.email, password: ADMIN.password };
    const crm = { username: ADMIN.email, password: ADMIN.password, organisation: ACCOUNT.name };
    const accepts = 'gzip, deflate, br';
    const post = (path: string, body: object | string): Promise<Answer> =>
      ask(server.baseUrl, path, {
        method: 'POST',
        accepts,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    const rotate = { client_secret_version: 2 };
    const answers = {
      created,
      changed: await ask(server.baseUrl, token, { method: 'PUT', accepts, body: JSON.stringify(rotate) }),
      rotated: await post(`${token}/rotate`, {}),
      personal: await post('/api/v1/users/1000/access-tokens', { description: 'x' }),
      login: await post('/api/v1/users/login', logIn),
      crmLogin: await post('/crmapi/rest/v2/authentication/token', crm),
      introspected: await post('/oauth2/introspect', `token=${ADMIN.token}`),
      // These hold no secret, but what a credential is found by, and who called.
      one: await ask(server.baseUrl, token, { accepts }),
      crmList: await post('/crmapi/rest/v2/access_tokens/list', { token: 'x' }),
      verified: await ask(server.baseUrl, `/verify?account=${ACCOUNT.id}`, { accepts }),
    };
    for (const [name, { headers, bytes }] of Object.entries(answers)) {
      expect([name, headers['content-encoding']]).toEqual([name, undefined]);
      if (name !== 'verified') expect(bytes.length).toBeGreaterThan(20);
    }
    const secrets = [
      answers.created,
      answers.changed,
      answers.rotated,
      answers.personal,
      answers.login,
      answers.crmLogin,
    ];
    expect(secrets.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200, 200]);
  });

  it('that is a live stream is never compressed', async () => {
    for (const path of ['/api/v1/users?subscribe', '/api/v1/users/1000/access-tokens?subscribe']) {
      const { status, headers } = await ask(server.baseUrl, path, { accepts: 'gzip, br', isStream: true });
      expect([status, headers['content-encoding']]).toEqual([200, undefined]);
    }
  });
});

describe('a server', () => {
  it('compresses from 1 KiB on by default, and nothing with COMPRESS_FROM_BYTES=0', async () => {
    const [usual, never] = [await startServer('sqlite'), await startServer('sqlite', { COMPRESS_FROM_BYTES: '0' })];
    const encoding = async ({ baseUrl }: TestServer, path: string): Promise<unknown> =>
      (await ask(baseUrl, path, { accepts: 'gzip' })).headers['content-encoding'];
    expect(await encoding(usual, '/api/v1/users')).toBeUndefined();
    expect(await encoding(usual, '/docs/canvus.json')).toBe('gzip');
    expect(await encoding(usual, '/docs/swagger-ui-bundle.js')).toBe('gzip');
    expect(await encoding(never, '/docs/canvus.json')).toBeUndefined();
    await usual.close();
    await never.close();
  });

  it('weakens a strong entity tag of what it compresses, and of no other', async () => {
    const app = express().set('etag', 'strong');
    provideCompression(app, compressionFrom(20));
    app.get('/list', (_request, response) => {
      allowCompression(response);
      response.json('a list of some length, and more');
    });
    const http = createServer(app);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    closeLater(() => new Promise((resolve) => http.close(resolve)));
    const baseUrl = `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`;
    const tag = async (asked: Asked): Promise<unknown> => (await ask(baseUrl, '/list', asked)).headers.etag;
    const strong = await tag({});
    expect(strong).toMatch(/^"/);
    expect(await tag({ accepts: 'br' })).toBe(`W/${String(strong)}`);
    expect(await tag({ accepts: 'br', method: 'HEAD' })).toBe(`W/${String(strong)}`);
  });
});
