/** The HTTP server of the standalone process. It listens and answers health checks before the application is there. */
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { LIVE, REQUEST_ID_HEADER, requestIdIn } from '../http/index.js';
import { ExpressMessages } from '../internals/index.js';
import { listening, type ListenAddress } from './start-errors.js';
import { nodeOptions } from './standalone-adapter.js';
import { TlsFiles } from './tls-files.js';
import type { SERVER_SETTINGS } from './server.settings.js';
import type { Values } from '../settings/index.js';

/** After how many seconds to try again. */
const RETRY_AFTER = '2';

export class FrontServer {
  readonly http: Server;
  /** What the server makes of requests and responses; the application has to be told. */
  readonly messages = new ExpressMessages();
  private missing = 'the server is starting';

  /** @param tls - without it, the server talks in clear */
  constructor(
    options: ServerOptions,
    readonly tls?: TlsFiles,
  ) {
    const listener: RequestListener = (request, response) => {
      this.answer(request, response);
    };
    const given = { ...options, ...this.messages.classes };
    this.http = tls ? createTlsServer({ ...given, ...tls.pair }, listener) : createServer(given, listener);
  }

  /** With the limits and the certificate of the settings. @throws StartError */
  static of(settings: Values<typeof SERVER_SETTINGS>): FrontServer {
    return new FrontServer(nodeOptions(settings), TlsFiles.of(settings));
  }

  get scheme(): 'http' | 'https' {
    return this.tls ? 'https' : 'http';
  }

  /** @throws StartError */
  async listen(address: ListenAddress): Promise<void> {
    await listening(
      address,
      () =>
        new Promise<void>((resolve, reject) => {
          this.http.once('error', reject).listen(address.port, address.host, () => {
            this.http.off('error', reject);
            resolve();
          });
        }),
    );
  }

  /** The port on which it listens. */
  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  /** @param missing - what readiness names until the application is there */
  waitFor(missing: string): void {
    this.missing = `the server is starting: ${missing}`;
  }

  /** From now on the application answers. What stands before it has to be put there afterwards. */
  pass(listener: RequestListener): void {
    this.http.removeAllListeners('request').on('request', listener);
  }

  /** For a start that failed. */
  close(): void {
    this.http.close();
    this.http.closeAllConnections();
  }

  private answer(...[request, response]: Parameters<RequestListener>): void {
    const [path] = (request.url ?? '').split('?', 1);
    const isLive = path === '/health/live';
    const reason = this.missing;
    const body = JSON.stringify(
      isLive
        ? LIVE.body
        : path === '/health/ready'
          ? { status: 'unavailable', reason }
          : { msg: `${reason}; try again` },
    );
    response.writeHead(isLive ? 200 : 503, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
      [REQUEST_ID_HEADER]: requestIdIn(request.rawHeaders),
      // The body of the request, if it has one, is not read.
      Connection: 'close',
      ...(!isLive && { 'Retry-After': RETRY_AFTER }),
    });
    response.end(body);
  }
}
