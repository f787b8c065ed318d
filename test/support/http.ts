/** A plain HTTP client: exact bytes out, exact bytes in. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Agent, request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { destroyLater } from './closing.js';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; throws if it is not JSON. */
  json<T = unknown>(): T;
}

export interface Call {
  readonly headers?: OutgoingHttpHeaders | readonly string[];
  readonly body?: string | Buffer;
}

/** By the address of a server: the connections to it that are kept for further requests. */
const kept = new Map<string, Agent>();

/** Requests to this server share connections from now on, as those of most clients do; others get one each. */
export function keepConnections(baseUrl: string): void {
  kept.set(baseUrl, new Agent({ keepAlive: true }));
}

/** Ends them, because a server that stops waits for its clients. */
export function endConnections(baseUrl: string): void {
  kept.get(baseUrl)?.destroy();
  kept.delete(baseUrl);
}

type Check = (method: string, path: string, reply: Reply) => void;

/** By the address of a server: the check of each of its answers. */
const checks = new Map<string, Check>();

/** From now on, an answer of this server that fails the check makes the call throw. */
export function checkAnswers(baseUrl: string, check: Check): void {
  checks.set(baseUrl, check);
}

/** A server and what to ask it for, as Node's HTTP client takes them. @param path - below the base URL, as it is sent */
export function addressed(baseUrl: string, path: string): { hostname: string; port: string; path: string } {
  const { hostname, port, pathname } = new URL(baseUrl);
  return { hostname, port, path: (pathname === '/' ? '' : pathname) + path };
}

/** The body without its content coding. */
function decoded(body: Buffer, coding: string | undefined): Buffer {
  if (coding === 'gzip') return gunzipSync(body);
  return coding === 'br' ? brotliDecompressSync(body) : body;
}

/** Sends exactly this: no header is added but Host, Connection and Content-Length. */
export function send(baseUrl: string, method: string, path: string, { headers = {}, body }: Call = {}): Promise<Reply> {
  const agent = kept.get(baseUrl) ?? false;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...addressed(baseUrl, path), method, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      // A stream of events has no end: its head is the answer.
      if (response.headers['content-type']?.startsWith('text/event-stream')) {
        const { statusCode: status = 0, headers: head } = response;
        resolve({ status, headers: head, text: '', json: () => ({}) as never });
        response.destroy();
        return;
      }
      response.on('end', () => {
        const text = decoded(Buffer.concat(chunks), response.headers['content-encoding']).toString('utf8');
        const reply: Reply = {
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: <T>() => JSON.parse(text) as T,
        };
        try {
          checks.get(baseUrl)?.(method, path, reply);
          resolve(reply);
        } catch (fault) {
          reject(fault instanceof Error ? fault : new Error(String(fault)));
        }
      });
    });
    request.on('error', reject);
    destroyLater(request);
    if (Array.isArray(headers)) {
      for (let at = 0; at + 1 < headers.length; at += 2)
        request.appendHeader(headers[at] as string, headers[at + 1] as string);
    } else {
      for (const [name, value] of Object.entries(headers as OutgoingHttpHeaders)) {
        if (value !== undefined) request.setHeader(name, value);
      }
    }
    const carriesBody = body !== undefined || method === 'POST' || method === 'PUT' || method === 'PATCH';
    if (carriesBody) request.setHeader('Content-Length', Buffer.byteLength(body ?? ''));
    request.end(body);
  });
}

/**
 * Sends a request written out in full: request line, headers, empty line, body. `Connection: close` is the caller's
 * to send; the answer is what comes until the server closes.
 */
export function sendBytes(baseUrl: string, bytes: string | Buffer): Promise<Reply> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => {
      socket.write(bytes);
    });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', reject);
    destroyLater(socket);
    socket.on('end', () => {
      socket.end();
      resolve(parsed(Buffer.concat(chunks).toString('utf8')));
    });
  });
}

/** Splits an answer with a Content-Length into its parts. */
function parsed(answer: string): Reply {
  const end = answer.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = answer.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const text = answer.slice(end + 4);
  return { status: Number(statusLine.split(' ')[1]), headers, text, json: <T>() => JSON.parse(text) as T };
}
