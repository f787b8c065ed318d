/** Undocumented parts of Express 5.3: the layers of a router. */
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
