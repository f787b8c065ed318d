/** The Express adapter of the standalone application: limits, and paths that distinguish upper case from lower case. */
import type { ServerOptions } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import express from 'express';
import type { FrontServer } from './front-server.js';
import { nodeLimits, type LimitNames, type RequestLimits } from '../http/index.js';
import type { Values } from '../settings/index.js';
import { SERVER_SETTINGS } from './server.settings.js';

type ServerValues = Values<typeof SERVER_SETTINGS>;

const { headersMaxBytes, headersMaxLines, headersTimeoutSeconds } = SERVER_SETTINGS.settings;

/** The variables that set the limits of requests. */
export const LIMIT_NAMES: LimitNames = {
  headerBytes: String(headersMaxBytes.env),
  headerLines: String(headersMaxLines.env),
  headersSeconds: String(headersTimeoutSeconds.env),
};

/** The limits of requests, as they are set. */
export function requestLimits(server: ServerValues): RequestLimits {
  return {
    headerBytes: server.headersMaxBytes,
    headerLines: server.headersMaxLines,
    headersSeconds: server.headersTimeoutSeconds,
    requestSeconds: server.requestTimeoutSeconds,
  };
}

/** Options of Node's HTTP server. */
export function nodeOptions(server: ServerValues): ServerOptions {
  return { ...nodeLimits(requestLimits(server)), keepAliveTimeout: server.keepAliveSeconds * 1000 };
}

export class StandaloneAdapter extends ExpressAdapter {
  constructor(private readonly front: FrontServer) {
    const application = express();
    // Express reads this when the first middleware is added.
    application.enable('case sensitive routing');
    front.messages.belongTo(application);
    super(application);
  }

  override initHttpServer(): void {
    this.httpServer = this.front.http;
  }
}
