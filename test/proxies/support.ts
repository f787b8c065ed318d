/** A service behind a proxy that asks Latchkey, with records of what arrives and how often Latchkey was asked. */
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { IDENTITY_HEADERS } from '../../src/data-plane/identity-headers.js';
import { withBinary } from '../support/binaries.js';
import { closeLater, type Close } from '../support/closing.js';
import { send, type Call, type Reply } from '../support/http.js';
import { startServer, type TestServer } from '../support/test-server.js';
import { dataPlaneSuite, type DataPlane, type Headers } from '../data-plane/support.js';
import type { Proxy, ProxyKind } from './proxies.js';

/** In lower case. */
export const IDENTITY_NAMES = Object.keys(IDENTITY_HEADERS).map((name) => name.toLowerCase());

/** What reached the service. */
export interface Arrival {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers every request, and records it. */
export class Service {
  readonly arrivals: Arrival[] = [];
  readonly port: number;

  readonly stop: Close;

  private constructor(server: Server) {
    this.stop = closeLater(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    this.port = (server.address() as AddressInfo).port;
  }

  static async start(): Promise<Service> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        service.arrivals.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
        response.end('served');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const service = new Service(server);
    return service;
  }
}

interface Request {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
}

/** A running proxy, and the service behind it. */
export interface Guard {
  /**
   * @param latchkey - the port of Latchkey
   * @param rule - instead of that of the example, which names the account
   */
  readonly start: (latchkey: number, rule?: string) => Promise<void>;
  readonly stop: () => Promise<void>;
  /** The folder of the proxy's files. */
  readonly folder: () => string;
  /** The request as it reached the service; fails the test if it was refused. */
  readonly passed: (headers?: Call['headers'], request?: Request) => Promise<Arrival>;
  /** The answer to a request; fails the test if it reached the service. */
  readonly refused: (headers?: Call['headers'], request?: Request) => Promise<Reply>;
  /** The answer to a request of either kind. */
  readonly call: (headers?: Call['headers'], request?: Request) => Promise<Reply>;
}

/** @param file - the proxy's program */
export function guardOf(kind: ProxyKind, file: string): Guard {
  const running = {} as { service: Service; proxy: Proxy };
  const call: Guard['call'] = (headers = {}, { method = 'GET', path = '/', body } = {}) =>
    send(running.proxy.baseUrl, method, path, { headers, ...(body !== undefined && { body }) });
  const arrivals = async (request: Parameters<Guard['call']>): Promise<{ reply: Reply; arrived: Arrival[] }> => {
    const before = running.service.arrivals.length;
    const reply = await call(...request);
    return { reply, arrived: running.service.arrivals.slice(before) };
  };
  return {
    start: async (latchkey, rule) => {
      running.service = await Service.start();
      running.proxy = await kind.start(file, { latchkey, service: running.service.port }, rule);
    },
    stop: async () => {
      await running.proxy.stop();
      await running.service.stop();
    },
    folder: () => running.proxy.folder,
    passed: async (...request) => {
      const { reply, arrived } = await arrivals(request);
      const [arrival] = arrived;
      expect([reply.status, reply.text, arrived.length]).toEqual([200, 'served', 1]);
      if (!arrival) throw new Error('nothing has arrived');
      return arrival;
    },
    refused: async (...request) => {
      const { reply, arrived } = await arrivals(request);
      expect([reply.text, arrived.length]).toEqual([expect.not.stringContaining('served'), 0]);
      return reply;
    },
    call,
  };
}

/** How often /verify of a server was called since then. */
function questions(latchkey: TestServer): () => number {
  let asked = 0;
  const count: RequestListener = ({ url = '' }) => {
    if (url.startsWith('/verify')) asked += 1;
  };
  latchkey.app.getHttpServer().on('request', count);
  return () => asked;
}

/** The callers and helpers of a suite: the data plane, and the proxy. */
export interface Guarded extends DataPlane, Guard {
  /** How often Latchkey was asked. */
  readonly asked: () => number;
}

/** A suite on both engines behind a proxy; available in hooks and tests. */
export function guardedSuite(
  kind: ProxyKind,
  name: string,
  suite: (guarded: Guarded) => void,
  env: Headers = {},
): void {
  withBinary(kind.name, (file) => {
    const inSuite = (plane: DataPlane): void => {
      // A separate suite, so that the proxy closes its connections before Latchkey stops.
      describe(`asked by ${kind.name}`, () => {
        const guard = guardOf(kind, file);
        let asked = (): number => 0;
        beforeAll(async () => {
          const { server } = plane.cf;
          asked = questions(server);
          await guard.start(server.port);
        });
        afterAll(() => guard.stop());
        suite({ ...plane, ...guard, asked: () => asked() });
      });
    };
    // The examples ask a standalone server.
    dataPlaneSuite(name, inSuite, env, startServer);
  });
}

/** The identity that the service received: headers that are not empty. */
export function told({ headers }: Arrival): Headers {
  const named = Object.entries(headers).filter(([name, value]) => IDENTITY_NAMES.includes(name) && value !== '');
  return Object.fromEntries(named) as Headers;
}
