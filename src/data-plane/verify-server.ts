/** A listener of its own for `/verify` and the health endpoints, which a flood of other requests does not reach. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HealthChecks } from '../core/index.js';
import {
  REQUEST_ID_HEADER,
  answerUnreadableRequests,
  healthAnswerTo,
  limitConnections,
  FIXED_LIMITS,
  StrictHeads,
  limitRequests,
  nodeLimits,
  type LimitNames,
  type RequestLimits,
  requestIdIn,
} from '../http/index.js';
import type { Values } from '../settings/index.js';
import { DATA_PLANE_OPTIONS } from './data-plane.options.js';
import type { DATA_PLANE_SETTINGS } from './data-plane.settings.js';
import { VerifyListener } from './verify-listener.js';

/** Where to listen, and how many connections to accept. */
export interface VerifyServerOptions {
  readonly port: number;
  readonly host: string;
  readonly maxConnections: number;
}

/** Requests to this listener have no bodies that are read. The standalone server has settings for these limits. */
const LIMITS = nodeLimits(FIXED_LIMITS);

/** When the application stops, requests in progress get this long. */
const GRACE_MS = 5000;

const NOT_HERE = {
  error: 'not_found',
  error_description: 'this port only answers /verify, /health/live and /health/ready',
};

/** With the option `port`, a host application listens when it starts. The standalone server calls {@link listen} itself. */
@Injectable()
export class VerifyServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Replaced by {@link secure}. */
  http: Server;
  private readonly logger = new Logger(VerifyServer.name);
  private readonly heads = new StrictHeads((request, response) => {
    if (!this.listener.answer(request, response)) void this.answerHealth(request, response);
  });

  constructor(
    private readonly listener: VerifyListener,
    private readonly health: HealthChecks,
    @Inject(DATA_PLANE_OPTIONS) private readonly options: Values<typeof DATA_PLANE_SETTINGS>,
  ) {
    this.http = createServer(LIMITS, this.heads.answer);
    answerUnreadableRequests(this.http);
  }

  /** Answers HTTPS instead, with this certificate and key in PEM form; call it before {@link listen}. */
  secure(pair: { readonly cert: Buffer; readonly key: Buffer }): void {
    this.http = createTlsServer({ ...LIMITS, ...pair }, this.heads.answer);
    answerUnreadableRequests(this.http);
  }

  /** Other limits for its requests than those of a host; call it before {@link listen}. @param names - of the settings */
  limit(limits: RequestLimits, names: LimitNames): void {
    limitRequests(this.http, limits, names);
    this.heads.obey(this.http);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { port, host = '127.0.0.1', maxConnections } = this.options;
    if (port !== undefined) await this.listen({ port, host, maxConnections });
  }

  /** @throws the error of Node, for example `EADDRINUSE` */
  async listen({ port, host, maxConnections }: VerifyServerOptions): Promise<void> {
    limitConnections(this.http, {
      resource: 'verify_connections',
      max: maxConnections,
      setting: 'VERIFY_MAX_CONNECTIONS (option maxConnections of DataPlaneModule)',
    });
    await new Promise<void>((resolve, reject) => {
      this.http.once('error', reject).listen(port, host, () => {
        this.http.off('error', reject);
        resolve();
      });
    });
    this.logger.log(`/verify and /health are also answered on ${host}, port ${String(this.port)}`);
  }

  /** The port on which it listens, or `undefined`. */
  get port(): number | undefined {
    const address = this.http.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  /** Finishes the requests in progress. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.http.listening) this.http.close();
    this.http.closeIdleConnections();
    const connections = promisify(this.http.getConnections.bind(this.http));
    const until = performance.now() + GRACE_MS;
    while ((await connections()) > 0 && performance.now() < until) await delay(20);
    this.http.closeAllConnections();
  }

  private async answerHealth({ url, rawHeaders }: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path] = (url ?? '').split('?', 1);
    const answer = (await healthAnswerTo(path ?? '', this.health)) ?? { status: 404, body: NOT_HERE };
    const body = JSON.stringify(answer.body);
    response.writeHead(answer.status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
      [REQUEST_ID_HEADER]: requestIdIn(rawHeaders),
    });
    response.end(body);
  }
}
