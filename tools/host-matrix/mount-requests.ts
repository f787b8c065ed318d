/** What the mount trial sends to a host with Latchkey and to the same host without: the answers have to be the same. */
import { connect } from 'node:net';
import { request as send } from 'node:http';

/** A request to a host. */
export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const TIMEOUT_MS = 20_000;

const post = (path: string, body: string, headers: Record<string, string> = JSON_TYPE): Asked => ({
  method: 'POST',
  path,
  headers,
  body,
});

const FOUND = '/ /settings /verify /health/ready /moved /file /events /users /tokens /tokens/17'.split(' ');
const ODD = ['', '/', '/1', '/x', '?q=1&q=2&q[a]=3', '/named/%2F%20%C3%A9', '/named/%', '//1', '/../accounts', '/a;b'];
const STATUSES = '400 401 403 404 409 418 429 500 503 x'.split(' ');
const METHODS = 'HEAD OPTIONS PUT DELETE PATCH'.split(' ');
const REFUSALS = '401 403 429 503'.split(' ');

/** The routes of the shop, below a prefix and a version. */
function shop(at: string): Asked[] {
  return [
    ...FOUND.map((path) => ({ path: `${at}${path}` })),
    ...STATUSES.map((status) => ({ path: `${at}/fails/${status}` })),
    ...bodies(at),
    ...ODD.map((path) => ({ path: `${at}/accounts${path}` })),
    ...METHODS.map((method) => ({ method, path: `${at}/accounts/1` })),
    ...REFUSALS.map((refusal) => ({ path: `${at}/accounts`, headers: { 'X-Refuse': refusal } })),
    ...OTHERS.map((headers) => ({ path: `${at}/accounts`, headers })),
    { method: 'HEAD', path: `${at}/accounts/head` },
    { method: 'OPTIONS', path: `${at}/accounts/options` },
    { path: `${at}/nothing` },
    { path: `${at}/ACCOUNTS/1` },
  ];
}

/** What Latchkey reads in its own routes. */
const OTHERS: Record<string, string>[] = [
  { Authorization: 'Bearer of-the-shop', 'Private-Token': 'x', Cookie: 'a=b' },
  { 'X-Request-Id': 'of the shop', traceparent: 'x', 'X-Forwarded-For': '1.2.3.4' },
];

/** Taken, too long, of other types, and not what the shop's pipe and parsers take. */
function bodies(at: string): Asked[] {
  const accounts = `${at}/accounts`;
  const raw = `${accounts}/raw`;
  return [
    post(accounts, JSON.stringify({ name: 'chair', seats: 2 })),
    post(accounts, JSON.stringify({ name: '', seats: -1, colour: 'red' })),
    post(accounts, '{'),
    post(accounts, ''),
    post(accounts, JSON.stringify({ name: 'x'.repeat(300), seats: 1 })),
    post(raw, '{"a":  1}'),
    post(raw, 'a=1&b[c]=2', { 'Content-Type': 'application/x-www-form-urlencoded' }),
    post(raw, 'text', { 'Content-Type': 'text/plain' }),
    post(raw, 't'.repeat(50), { 'Content-Type': 'text/plain' }),
    post(raw, 'x', { 'Content-Type': 'application/json; charset=utf-7' }),
    post(raw, 'x', { ...JSON_TYPE, 'Content-Encoding': 'gzip' }),
  ];
}

/** As a host with versions in a header is asked. */
export function versioned(version: string, { headers, ...asked }: Asked): Asked {
  return { ...asked, headers: { ...headers, 'X-Version': version } };
}

const PREFLIGHT = {
  Origin: 'https://shop.example',
  'Access-Control-Request-Method': 'POST',
  'Access-Control-Request-Headers': 'content-type',
};

/** By the names of the scenarios. */
export const REQUESTS: Readonly<Record<string, readonly Asked[]>> = {
  open: [
    ...shop(''),
    { method: 'OPTIONS', path: '/accounts', headers: PREFLIGHT },
    { path: '/accounts', headers: { Origin: 'https://other.example' } },
  ],
  prefixed: [...shop('/api/v1'), ...shop('/api/v2'), ...shop('')],
  header: [
    ...[...shop(''), post('/synchronize', '')].map((asked) => versioned('2', asked)),
    ...['1', '3', '9'].map((version) => versioned(version, { path: '/users' })),
    { path: '/users' },
  ],
  fastify: [...shop('/api/v1'), ...shop(''), { method: 'OPTIONS', path: '/api/v1/accounts', headers: PREFLIGHT }],
};

/** What no client of HTTP sends: by itself on a connection. */
export const RAW: readonly string[] = [
  'GARBAGE\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n',
  'FOO / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
  'GET http://other.example/accounts/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'POST /accounts HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n',
  'POST /accounts/raw HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n{}',
  'POST /accounts/raw HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: something\r\nConnection: close\r\n\r\nx',
  'GET /accounts/1 HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'GET /live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  'GET /other HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  'CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\n\r\n',
];

/** What differs between two processes: the time, and nothing else. */
const OF_THE_MOMENT = new Set(['date']);

export function ask(origin: string, { method = 'GET', path, headers = {}, body }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // As it is given: `fetch` and `new URL` would tidy the path.
    const { hostname, port } = new URL(origin);
    const sent = send({ hostname, port, method, path, headers, agent: false, timeout: TIMEOUT_MS }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const kept = Object.entries(answer.headers).filter(([name]) => !OF_THE_MOMENT.has(name));
        const text = Buffer.concat(chunks).toString();
        resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(kept), body: text });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** @returns everything that comes back until the server closes the connection, or says nothing more for a moment */
export function askRaw(origin: string, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(origin);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let received = '';
    socket.setEncoding('latin1').setTimeout(QUIET_MS, () => socket.destroy());
    socket.on('data', (text: string) => (received += text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(received.replaceAll(/^Date: .*\r\n/gm, ''));
    });
  });
}

const QUIET_MS = 400;
