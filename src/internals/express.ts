/** Undocumented parts of Express 5.3: the layers of a router, and the prototypes of requests and responses. */
import { IncomingMessage, ServerResponse, type ServerOptions } from 'node:http';
import { Router, type Application, type Request } from 'express';
import { InternalsError } from './internals-error.js';

/** The version that this file was written for; the peer range of package.json follows it. */
export const EXPRESS_VERSION = '5.3';

/** One step of a router: a middleware, or a route. */
export interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle: unknown;
  match(path: string): object | boolean;
}

/**
 * The layers of an application, in the order in which they run. Changing the array changes the routing.
 * @throws InternalsError
 */
export function layersOf(application: Application): Layer[] {
  return stackOf(application.router);
}

/** A router with these layers and no others. @throws InternalsError */
export function routerOf(layers: readonly Layer[]): Router {
  const router = Router();
  stackOf(router).push(...layers);
  return router;
}

/**
 * A copy of a route's layer that distinguishes upper case from lower case, whatever the application is set to.
 * @throws InternalsError
 */
export function caseSensitive({ route, handle }: Layer): Layer {
  const router = Router({ caseSensitive: true });
  router.route(route?.path ?? '/');
  const [layer] = stackOf(router);
  return Object.assign(layer ?? missingStack(), { route, handle });
}

function stackOf(router: unknown): Layer[] {
  const { stack } = router as { stack?: unknown };
  return Array.isArray(stack) && stack.every(isLayer) ? stack : missingStack();
}

function missingStack(): never {
  throw new InternalsError(`express ${EXPRESS_VERSION}`, 'stack of layers in its router');
}

function isLayer(value: unknown): value is Layer {
  const { route, match, handle } = value as Partial<Layer>;
  if (typeof match !== 'function' || typeof handle !== 'function') return false;
  return route === undefined || (typeof route.methods === 'object' && 'path' in route);
}

/** Releases the closures that lead to later routes. Call this when the response has begun. */
export function releaseNext(request: Request): void {
  (request as Partial<Request>).next = undefined;
}

/**
 * Classes for an HTTP server whose requests and responses have the prototypes of an application from the start.
 *
 * Express replaces the prototypes of every request and response. For each such object V8 makes a hidden class of its own,
 * which is in the old generation and keeps all that the request has used until the next collection of everything: garbage
 * collection then takes as long as the rest of a short request. Replacing a prototype by itself does nothing.
 */
export class ExpressMessages {
  /** The options of the server. */
  readonly classes: Required<Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'>> = {
    IncomingMessage: class extends IncomingMessage {},
    ServerResponse: class<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {},
  };

  /** To be called once, before the first request reaches the application. */
  belongTo(application: Application): void {
    const { IncomingMessage: asked, ServerResponse: answered } = this.classes;
    const prototypes = application as unknown as { request: object; response: object };
    prototypes.request = Object.setPrototypeOf(asked.prototype, prototypes.request) as object;
    prototypes.response = Object.setPrototypeOf(answered.prototype, prototypes.response) as object;
  }
}
