/** The Express adapter of the standalone application: timeouts, and paths that distinguish upper case from lower case. */
import type { ServerOptions } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import express from 'express';
import type { FrontServer } from './front-server.js';
import type { Values } from '../settings/index.js';
import type { SERVER_SETTINGS } from './server.settings.js';

type ServerValues = Values<typeof SERVER_SETTINGS>;

/** How often connections are compared with the timeouts. */
const CHECK_MS = 1000;

/** Options of Node's HTTP server. */
export function timeouts({
  keepAliveSeconds,
  headersTimeoutSeconds,
  requestTimeoutSeconds,
}: ServerValues): ServerOptions {
  return {
    keepAliveTimeout: keepAliveSeconds * 1000,
    headersTimeout: headersTimeoutSeconds * 1000,
    // Node refuses a request timeout that is shorter.
    requestTimeout: Math.max(headersTimeoutSeconds, requestTimeoutSeconds) * 1000,
    connectionsCheckingInterval: CHECK_MS,
  };
}

export class StandaloneAdapter extends ExpressAdapter {
  constructor(private readonly front: FrontServer) {
    const application = express();
    // Express reads this when the first middleware is added.
    application.enable('case sensitive routing');
    super(application);
  }

  override initHttpServer(): void {
    this.httpServer = this.front.http;
  }
}
