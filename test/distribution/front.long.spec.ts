/** nginx and Caddy with TLS in front of Latchkey, with the files of examples/front: only addresses and certificates differ. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startNginx } from '../proxies/proxies.js';
import { withBinary } from '../support/binaries.js';
import { freePort } from '../support/free-port.js';
import { Program } from '../support/program.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { ROOT } from './dockerfile.js';

const SITE = 'latchkey.example.com';

/** An address from which nobody has called. */
const FORGED = '203.0.113.9';

/** Where a proxy listens: on 127.0.0.1. */
interface Ports {
  readonly tls: number;
  readonly clear: number;
  readonly latchkey: number;
}

interface Certificate {
  readonly folder: string;
  readonly cert: string;
  readonly key: string;
}

type Start = (file: string, ports: Ports, certificate: Certificate) => Promise<() => Promise<unknown>>;

const example = (name: string): string => readFileSync(path.join(ROOT, 'examples/front', name), 'utf8');

/** @throws Error if one of them does not occur */
function replaced(text: string, replacements: Record<string, string>): string {
  return Object.entries(replacements).reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`the example does not contain ${from}`);
    return result.replaceAll(from, to);
  }, text);
}

const nginx: Start = async (file, { tls, clear, latchkey }, { cert, key }) => {
  const proxy = await startNginx(file, () =>
    replaced(example('nginx/latchkey.conf'), {
      'listen [::]:443 ssl http2;': '',
      'listen [::]:80;': '',
      'listen 443 ': `listen 127.0.0.1:${String(tls)} `,
      'listen 80;': `listen 127.0.0.1:${String(clear)};`,
      '127.0.0.1:3000': `127.0.0.1:${String(latchkey)}`,
      [`/etc/letsencrypt/live/${SITE}/fullchain.pem`]: cert,
      [`/etc/letsencrypt/live/${SITE}/privkey.pem`]: key,
    }),
  );
  return () => proxy.stop();
};

const caddy: Start = async (file, { tls, clear, latchkey }, { cert, key, folder }) => {
  const site = replaced(example('caddy/Caddyfile'), { '\theader Strict': `\ttls ${cert} ${key}\n\theader Strict` });
  const options = `{\n\tadmin off\n\tauto_https disable_redirects\n\thttp_port ${String(clear)}\n}\n`;
  writeFileSync(path.join(folder, 'Caddyfile'), options + site);
  const program = new Program(file, {
    args: ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
    cwd: folder,
    env: {
      HOME: folder,
      LATCHKEY_SITE: `https://${SITE}:${String(tls)}`,
      LATCHKEY: `127.0.0.1:${String(latchkey)}`,
      LATCHKEY_CLEAR: `http://:${String(clear)}`,
    },
  });
  await program.until(() => program.stderr.includes('serving initial configuration'));
  return () => program.stop();
};

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function inFront(name: string, start: Start): void {
  withBinary(name, (file) => {
    describe(`${name} with TLS in front of Latchkey`, () => {
      let server: TestServer;
      let stop: () => Promise<unknown>;
      let certificate: Certificate;
      let ports: Ports;

      beforeAll(async () => {
        server = await startServer('sqlite', { TRUST_PROXY: '1' });
        certificate = selfSigned();
        ports = { tls: await freePort(), clear: await freePort(), latchkey: server.port };
        stop = await start(file, ports, certificate);
      });
      afterAll(async () => {
        await stop();
        await server.close();
        rmSync(certificate.folder, { recursive: true });
      });

      /** @param isStream - gives what has arrived as soon as there is a line */
      const ask = (
        method: string,
        address: string,
        {
          headers = {},
          body,
          isStream = false,
        }: { headers?: Record<string, string>; body?: string; isStream?: boolean } = {},
      ): Promise<Answer> =>
        new Promise((resolve, reject) => {
          const options = { host: '127.0.0.1', port: ports.tls, path: address, method, servername: SITE };
          const ca = readFileSync(certificate.cert);
          const host = { Host: `${SITE}:${String(ports.tls)}`, 'Private-Token': ADMIN.token };
          const sent = httpsRequest({ ...options, ca, agent: false, headers: { ...host, ...headers } }, (response) => {
            let text = '';
            const done = (): void => {
              resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
              response.destroy();
            };
            response.on('end', done).on('data', (chunk: Buffer) => {
              text += chunk.toString();
              if (isStream && text.includes('\n')) done();
            });
          });
          sent.on('error', reject).end(body);
        });

      it('answers by TLS, and tells browsers to keep to it', async () => {
        const { status, headers, text } = await ask('GET', '/health/ready');
        expect([status, text]).toEqual([200, '{"status":"ok"}']);
        expect(headers['strict-transport-security']).toMatch(/^max-age=\d{8}/);
      });

      it('tells Latchkey from where a client calls, whatever the client says', async () => {
        const body = JSON.stringify({ email: 'nobody@example.com', password: 'wrong password' });
        const headers = { 'X-Forwarded-For': FORGED };
        expect((await ask('POST', '/api/v1/users/login', { headers, body })).status).toBe(401);
        const { text } = await ask('GET', '/api/v1/audit-log?per_page=1');
        expect(JSON.parse(text)).toEqual([expect.objectContaining({ ip_address: '127.0.0.1' })]);
      });

      it('passes on the lines of a stream as they come', async () => {
        const { status, text } = await ask('GET', '/api/v1/users?subscribe', { isStream: true });
        expect([status, text]).toEqual([200, expect.stringContaining(ADMIN.email)]);
      });

      it('compresses nothing itself', async () => {
        const headers = { 'Accept-Encoding': 'gzip, br' };
        expect((await ask('GET', '/docs/canvus.json', { headers })).headers['content-encoding']).toBeDefined();
        const created = await ask('POST', '/api/v1/users/1000/access-tokens', {
          headers,
          body: JSON.stringify({ description: 'x'.repeat(200) }),
        });
        expect([created.status, created.headers['content-encoding']]).toEqual([200, undefined]);
      });

      const inClear = (target: string): Promise<unknown> =>
        new Promise((resolve, reject) => {
          const headers = { Host: SITE, 'Private-Token': ADMIN.token };
          const address = { host: '127.0.0.1', port: ports.clear, path: target, headers, agent: false };
          httpRequest(address, (response) => {
            response.resume();
            resolve(response.statusCode);
          })
            .on('error', reject)
            .end();
        });

      it('passes on nothing that comes in clear but requests for the public keys of assertions', async () => {
        for (const target of ['/api/v1/users', '/verify', '/cdn-cgi/access/certs/x', '/cdn-cgi/access/get-identity'])
          expect([target, await inClear(target)]).toEqual([target, 403]);
        expect(await inClear('/cdn-cgi/access/certs')).toBe(200);
      });
    });
  });
}

function selfSigned(): Certificate {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-front-'));
  const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', `/CN=${SITE}`, '-addext', `subjectAltName=DNS:${SITE}`];
  execFileSync('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  return { folder, cert, key };
}

inFront('nginx', nginx);
inFront('caddy', caddy);
