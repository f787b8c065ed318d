/**
 * Mounts a dialect: what lies around its routes. Bodies are read ahead of any parser of the host, and what no
 * route answers (unknown paths, wrong methods, undecodable addresses) is answered in the dialect's own form.
 */
import { Logger, type OnModuleInit } from '@nestjs/common';
import type { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import type { Application, NextFunction, Request, Response } from 'express';
import { requestedPath, type ErrorFilter } from '../output/error-filter.js';
import { sendError } from '../output/error-response.js';
import { MountError, reservePrefix, mountPath } from './mounting.js';
import { checkRoutes, type MountedModule } from './route-check.js';
import { track, trackRequests } from '../tracking/track-requests.js';
import { bodyReader } from '../input/request-body.js';
import {
  MethodNotAllowed,
  PathNotFound,
  allowedMethods,
  isolateRoutes,
  layersBelow,
  prependLayers,
} from './routing.js';

/** Bytes of a request body at the most; the longest legal one has a few KiB. */
const MAX_BODY_BYTES = 256 * 1024;

export interface DialectMountOptions extends MountedModule {
  /** Prefix of the module, for example `/acme`, after the host's global prefix. */
  readonly path: string;
  /** Name of the dialect in metrics, such as `acme`. */
  readonly dialect: string;
  readonly errors: ErrorFilter;
}

export class DialectMount implements OnModuleInit {
  private readonly logger = new Logger(DialectMount.name);

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly config: ApplicationConfig,
    private readonly options: DialectMountOptions,
  ) {}

  /**
   * Called when the routes are registered: from here on, nothing below the prefix leaves it.
   * @throws MountError
   */
  onModuleInit(): void {
    if (!serves(this.host, this.options.name)) return;
    const { path, express } = this;
    const { dialect, errors } = this.options;
    reservePrefix(this.host, path, this.options.name);
    checkRoutes(express, path, this.options);
    const routes = layersBelow(express, path);
    // Ahead of every parser of the host, whenever that was registered.
    express.use(path, noStore, bodyReader(MAX_BODY_BYTES));
    prependLayers(express, 2);
    express.use(path, (request: Request) => {
      const fullPath = request.baseUrl + request.path;
      const allowed = allowedMethods(routes, fullPath);
      throw allowed.length > 0 ? new MethodNotAllowed(allowed) : new PathNotFound();
    });
    express.use(path, (error: unknown, request: Request, response: Response, _next: NextFunction) => {
      // The error may come from a middleware in front of the routes.
      track(request, response, dialect);
      sendError(response, errors.render(error, requestedPath(request)));
    });
    isolateRoutes(express, path, routes, trackRequests(dialect));
    this.logger.debug(`serving ${path}`);
  }

  private get path(): string {
    const { path, part = '' } = this.options;
    return mountPath(this.config, `${path}/${part}`);
  }

  private get express(): Application {
    return this.host.httpAdapter.getInstance<Application>();
  }
}

/**
 * Whether the application has a server: a script, or a worker, has none and uses services alone.
 * @param name - of the module, for people
 * @throws MountError for a server of another kind than Express
 */
export function serves({ httpAdapter }: HttpAdapterHost, name: string): boolean {
  const adapter = httpAdapter as HttpAdapterHost['httpAdapter'] | null | undefined;
  if (adapter && adapter.getType() !== 'express') {
    throw new MountError(`${name} is served by Express: create the application with @nestjs/platform-express`);
  }
  return Boolean(adapter);
}

/** Answers hold credentials, or depend on them. */
function noStore(_request: Request, response: Response, next: NextFunction): void {
  response.set('Cache-Control', 'no-store');
  next();
}
