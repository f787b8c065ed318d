/** A listener of its own for operators, which answers `/metrics` and the health endpoints without a token. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HealthChecks, errorSummary } from '../core/index.js';
import {
  REQUEST_ID_HEADER,
  answerUnreadableRequests,
  healthAnswerTo,
  limitConnections,
  FIXED_LIMITS,
  StrictHeads,
  nodeLimits,
  requestIdIn,
} from '../http/index.js';
import { Metrics } from './metrics/metrics.js';
import { SWITCHED_OFF } from './metrics/metrics.controller.js';
import { MONITORING_OPTIONS, type MonitoringOptions } from './monitoring.options.js';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** It listens as long as the application runs, from before its start is complete until after everything else has stopped. */
@Injectable()
export class OperatorListener implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(OperatorListener.name);
  private readonly http = createServer(
    nodeLimits(FIXED_LIMITS),
    new StrictHeads((request, response) => {
      void this.answer(request, response);
    }).answer,
  );

  constructor(
    private readonly metrics: Metrics,
    private readonly health: HealthChecks,
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
  ) {
    answerUnreadableRequests(this.http);
  }

  /** The port on which it listens, or `undefined`. */
  get port(): number | undefined {
    const address = this.http.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  /** @throws Error that names the settings, if it cannot listen */
  async onApplicationBootstrap(): Promise<void> {
    const { port, host, maxConnections: max } = this.options;
    if (port === undefined) return;
    limitConnections(this.http, { resource: 'operations_connections', max, setting: 'OPERATIONS_MAX_CONNECTIONS' });
    await new Promise<void>((resolve, reject) => {
      const failed = (error: Error): void => {
        reject(
          new Error(
            `OPERATIONS_PORT ${String(port)} cannot be used on OPERATIONS_HOST ${host} (${error.message}): set another ` +
              'OPERATIONS_PORT or OPERATIONS_HOST, or stop the program that uses it.',
          ),
        );
      };
      this.http.once('error', failed).listen(port, host, () => {
        this.http.off('error', failed);
        resolve();
      });
    });
    this.logger.log(`/metrics and /health are answered without a token on ${host}, port ${String(this.port)}`);
  }

  onApplicationShutdown(): void {
    if (this.http.listening) this.http.close();
    this.http.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, text } = await this.answerTo(request).catch((error: unknown) => {
      this.logger.error(errorSummary(error));
      return json(500, { error: 'server_error', error_description: 'the server log has the details' });
    });
    response.writeHead(status, {
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(text),
      'Cache-Control': 'no-store',
      [REQUEST_ID_HEADER]: requestIdIn(request.rawHeaders),
    });
    response.end(request.method === 'HEAD' ? undefined : text);
  }

  private async answerTo({ url = '', method }: IncomingMessage): Promise<Answer> {
    const [path = ''] = url.split('?', 1);
    if (method !== 'GET' && method !== 'HEAD') return json(405, METHOD_NOT_ALLOWED);
    const health = await healthAnswerTo(path, this.health);
    if (health) return json(health.status, health.body);
    if (path !== '/metrics') return json(404, NOT_HERE);
    if (!this.metrics.isOn) return json(404, { error: 'not_found', error_description: SWITCHED_OFF });
    return { status: 200, type: this.metrics.contentType, text: await this.metrics.text() };
  }
}

const NOT_HERE = {
  error: 'not_found',
  error_description: 'this port only answers /metrics, /health/live and /health/ready',
};

const METHOD_NOT_ALLOWED = { error: 'method_not_allowed', error_description: 'this port only answers GET' };

function json(status: number, body: object): Answer {
  return { status, type: 'application/json', text: JSON.stringify(body) };
}
