/** What is used of Express 5.3 that it does not document: the layers of a router. */
import { Router, type Application, type Request } from 'express';
import { InternalsError } from './internals-error.js';

/** The version that this file was written for; the peer range of package.json follows it. */
export const EXPRESS_VERSION = '5.3';

/** One step of a router: a middleware, or a route. */
export interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  match(path: string): object | boolean;
}

/**
 * The layers of an application, in the order in which they run. Changing the array changes what is routed.
 * @throws InternalsError
 */
export function layersOf(application: Application): Layer[] {
  return stackOf(application.router);
}

/** A router that has these layers and no others. @throws InternalsError */
export function routerOf(layers: readonly Layer[]): Router {
  const router = Router();
  stackOf(router).push(...layers);
  return router;
}

function stackOf(router: unknown): Layer[] {
  const { stack } = router as { stack?: unknown };
  if (!Array.isArray(stack) || !stack.every(isLayer)) {
    throw new InternalsError(`express ${EXPRESS_VERSION}`, 'stack of layers in its router');
  }
  return stack;
}

function isLayer(value: unknown): value is Layer {
  const { route, match } = value as Partial<Layer>;
  if (typeof match !== 'function') return false;
  return route === undefined || (typeof route.methods === 'object' && 'path' in route);
}

/** Forgets the way to the routes that come after the present one. To be called once the response has begun. */
export function releaseNext(request: Request): void {
  (request as Partial<Request>).next = undefined;
}
