/**
 * Mounts a dialect. Everything below its prefix is answered in the dialect's own form, errors and unknown paths included,
 * and no parser of a host touches its request bodies.
 */
import { Logger, type OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import type { Application, NextFunction, Request, RequestHandler, Response } from 'express';
import type { Layer } from '../../internals/index.js';
import { announceBody, bodyOf, type BodyLimits } from '../input/incoming-body.js';
import { provideCompression } from '../output/compression.js';
import type { ErrorFilter } from '../output/error-filter.js';
import { redactSecretsOf } from '../output/redaction.js';
import { limitStalledAnswers } from '../output/text-stream.js';
import { foreignPageChannel } from '../tracking/channels.js';
import { track, trackRequests } from '../tracking/track-requests.js';
import { foreignPage, type ForeignPage } from './browser-writes.js';
import { MountError, mountPath, reservePrefix } from './mounting.js';
import type { MountContext } from './mount-context.js';
import { isWithin, withLiteralPath, withMergedSlashes } from './request-target.js';
import { checkRoutes, type MountedModule } from './route-check.js';
import {
  MethodNotAllowed,
  PathNotFound,
  allowedMethods,
  isolateRoutes,
  layersBelow,
  surroundRoutes,
} from './routing.js';

/** How a dialect is mounted. */
export interface DialectMountOptions extends MountedModule {
  /** Prefix of the module, for example `/acme`, after the host's global prefix. */
  readonly path: string;
  /** Name of the dialect in metrics, such as `acme`. */
  readonly dialect: string;
  readonly errors: ErrorFilter;
}

/** What a mounted dialect does with requests below its path. */
interface MountedDialect {
  readonly path: string;
  readonly prepare: (request: Request, response: Response) => void;
  readonly enter: (request: Request, response: Response, next: NextFunction) => void;
  readonly fail: (error: unknown, request: Request, response: Response) => void;
}

/** By application. They share its layers, because each layer costs every request as much as the look-up of a token. */
const MOUNTED = new WeakMap<Application, MountedDialect[]>();

/** The dialects of an application; the one that was mounted last comes first. */
function dialectsOf(application: Application): MountedDialect[] {
  const known = MOUNTED.get(application);
  if (known) return known;
  const dialects: MountedDialect[] = [];
  const dialectOf = ({ url }: Request): MountedDialect | undefined => dialects.find(({ path }) => isWithin(url, path));
  surroundRoutes(application, {
    early: (request, response, next) => {
      dialectOf(request)?.prepare(request, response);
      next();
    },
    entrance: (request, response, next) => {
      const dialect = dialectOf(request);
      if (dialect) dialect.enter(request, response, next);
      else next();
    },
    failed: (error: unknown, request: Request, response: Response, next: NextFunction) => {
      const dialect = dialectOf(request);
      if (dialect) dialect.fail(error, request, response);
      else next(error);
    },
  });
  MOUNTED.set(application, dialects);
  return dialects;
}

/** Takes over everything below a prefix, when the application starts. */
export class DialectMount implements OnModuleInit {
  private readonly logger = new Logger(DialectMount.name);
  private routes: readonly Layer[] = [];

  constructor(
    private readonly context: MountContext,
    private readonly options: DialectMountOptions,
  ) {}

  /**
   * Called when the routes are registered.
   * @throws MountError
   */
  onModuleInit(): void {
    const { host, forms, compress, stalledMs } = this.context;
    if (!serves(host, this.options.name)) return;
    const { path } = this;
    const express = host.httpAdapter.getInstance<Application>();
    reservePrefix(host, path, this.options.name);
    checkRoutes(express, path, this.options);
    redactSecretsOf(express, forms.redaction);
    provideCompression(express, compress);
    limitStalledAnswers(express, stalledMs);
    const dialects = dialectsOf(express);
    const { layers, router } = isolateRoutes(express, layersBelow(express, path), this.unrouted);
    this.routes = layers;
    dialects.unshift(this.mounted(path, router));
    this.logger.debug(`serving ${path}`);
  }

  /** The prefix, with that of the host. */
  get path(): string {
    const { path, part = '' } = this.options;
    return mountPath(this.context.config, `${path}/${part}`);
  }

  /** @throws PathNotFound or MethodNotAllowed */
  private readonly unrouted = ({ path: requested }: Request): never => {
    const allowed = allowedMethods(this.routes, requested);
    throw allowed.length > 0 ? new MethodNotAllowed(allowed) : new PathNotFound();
  };

  private mounted(path: string, router: RequestHandler): MountedDialect {
    const { dialect, errors } = this.options;
    const tracked = trackRequests(dialect);
    return {
      path,
      prepare: (request, response) => {
        this.prepare(request, response);
      },
      enter: (request, response, next) => {
        this.enter(request, path);
        tracked(request, response, () => {
          const refusal = this.refusal(request);
          if (refusal) next(refusal);
          else void router(request, response, next);
        });
      },
      fail: (error, request, response) => {
        // The error may come from a middleware that runs before the routes.
        track(request, response, dialect);
        errors.respond(error, request, response);
      },
    };
  }

  /** Whatever the route: it is refused before its caller is looked up, and before a body is received. */
  private refusal(request: Request): ForeignPage | undefined {
    if (!('sec-fetch-site' in request.headers)) return undefined;
    const refusal = foreignPage(request, this.context.browserWrites);
    if (refusal && foreignPageChannel.hasSubscribers) {
      const { dialect } = this.options;
      foreignPageChannel.publish({ dialect, method: request.method, relation: refusal.relation });
    }
    return refusal;
  }

  /** Answers contain credentials or depend on them, so they are never stored, and never answered with 304. */
  private prepare(request: Request, response: Response): void {
    response.setHeader('Cache-Control', 'no-store');
    prepareRequest(request, response, this.context.bodies);
    bodyOf(request)?.hide();
  }

  private enter(request: Request, path: string): void {
    bodyOf(request)?.show();
    request.body = undefined;
    request.url = withLiteralPath(request.url);
    if (this.context.mergeSlashes) request.url = withMergedSlashes(request.url, path);
  }
}

const NEVER_FRESH = { value: false };

/**
 * To be called before a request is routed: its body stays unread, and conditions do not change the answer. Express would
 * otherwise turn an answer into 304 after the handler has chosen it.
 */
export function prepareRequest(request: Request, response: Response, bodies: BodyLimits): void {
  const { headers } = request;
  if ('if-none-match' in headers || 'if-modified-since' in headers) {
    Object.defineProperty(request, 'fresh', NEVER_FRESH);
  }
  announceBody(request, response, bodies);
}

/** Middleware for all requests of an application, also those that belong to no dialect. */
export function plainRequests(bodies: BodyLimits): RequestHandler {
  return (request, response, next) => {
    prepareRequest(request, response, bodies);
    request.url = withLiteralPath(request.url);
    next();
  };
}

/** One middleware for several that run in turn: each step of Express costs more than most of them. */
export function inTurn(...handlers: readonly RequestHandler[]): RequestHandler {
  return (request, response, next) => {
    const from = (at: number): void => {
      const handler = handlers[at];
      if (!handler) next();
      else
        void handler(request, response, (error?: unknown) => {
          if (error === undefined) from(at + 1);
          else next(error);
        });
    };
    from(0);
  };
}

/**
 * Sets the headers that a middleware has set for the first answer.
 * @param set - a middleware that sets the same headers for every answer, and does nothing else
 */
export function sameHeaders(set: RequestHandler): RequestHandler {
  let headers: (readonly [name: string, value: string])[] | undefined;
  return (request, response, next) => {
    if (headers) {
      for (const [name, value] of headers) response.setHeader(name, value);
      next();
      return;
    }
    const before = new Set(response.getHeaderNames());
    void set(request, response, (error?: unknown) => {
      const added = response.getHeaderNames().filter((name) => !before.has(name));
      headers = added.map((name) => [name, String(response.getHeader(name))]);
      next(error);
    });
  };
}

/**
 * Whether the application has a server: a script or a worker has none and uses only the services.
 * @param name - of the module, for messages
 * @throws MountError for a server other than Express
 */
export function serves({ httpAdapter }: HttpAdapterHost, name: string): boolean {
  const adapter = httpAdapter as HttpAdapterHost['httpAdapter'] | null | undefined;
  if (adapter && adapter.getType() !== 'express') {
    throw new MountError(`${name} is served by Express: create the application with @nestjs/platform-express`);
  }
  return Boolean(adapter);
}
