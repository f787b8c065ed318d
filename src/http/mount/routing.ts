/** The routes of a running application, and the router of its own that a dialect gets. */
import type { Application, ErrorRequestHandler, Request, RequestHandler } from 'express';
import { caseSensitive, layersOf, routerOf, type Layer } from '../../internals/index.js';

/** Whether the path of a route is a prefix or lies below it. @param prefix - without a slash at its end */
export function isBelow(path: string, prefix: string): boolean {
  return `${path}/`.startsWith(`${prefix}/`);
}

/** There is no route with this path. */
export class PathNotFound extends Error {}

/** The path has routes, but none with this method. */
export class MethodNotAllowed extends Error {
  constructor(
    /** Upper-case method names. */
    readonly allowed: readonly string[],
  ) {
    super('method not allowed');
  }
}

export interface Route {
  readonly method: string;
  readonly path: string;
}

/** A route for display: `GET /acme/users/:id`. */
export function describeRoute({ method, path }: Route): string {
  return `${method} ${path}`;
}

/** Isolated routes, by the layer of the application that leads to them. */
const ISOLATED = new WeakMap<Layer, Layer[]>();

/** All routes of the application. */
export function routesOf(application: Application): Route[] {
  const layers = layersOf(application).flatMap((layer) => ISOLATED.get(layer) ?? [layer]);
  return layers.flatMap(({ route }) =>
    route ? Object.keys(route.methods).map((method) => ({ method: method.toUpperCase(), path: route.path })) : [],
  );
}

/** The routes below a prefix. */
export function layersBelow(application: Application, prefix: string): Layer[] {
  return layersOf(application).filter(({ route }) => route && isBelow(route.path, prefix));
}

/** The methods of those routes that have this path; HEAD comes with GET. */
export function allowedMethods(routes: readonly Layer[], path: string): string[] {
  const methods = routes
    .filter((layer) => matches(layer, path))
    .flatMap((layer) => Object.keys(layer.route?.methods ?? {}))
    .map((method) => method.toUpperCase());
  const withHead = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  return [...new Set(withHead)].sort();
}

/** The middlewares that all dialects of an application share. Each gets the requests for all paths of the application. */
export interface Surroundings {
  /** Runs ahead of every middleware and parser of the host. */
  readonly early: RequestHandler;
  /** Runs after the host's middleware, and passes requests to the routers of the dialects. */
  readonly entrance: RequestHandler;
  /** Answers errors, wherever they came from. */
  readonly failed: ErrorRequestHandler;
}

/** The layer of an application that leads to isolated routes. */
const ENTRANCES = new WeakMap<Application, Layer>();

/** Puts the middlewares into an application that is to have isolated routes: once, and before these are isolated. */
export function surroundRoutes(application: Application, { early, entrance, failed }: Surroundings): void {
  const [first, leading, onError] = [early, entrance, failed].map((each) => newLayer(application, each));
  if (!first || !leading || !onError) return;
  ENTRANCES.set(application, leading);
  ISOLATED.set(leading, []);
  const layers = layersOf(application);
  const at = layers.findIndex(({ route }) => route);
  layers.splice(at < 0 ? layers.length : at, 0, leading, onError);
  layers.unshift(first);
}

/** Routes that the application does not compare requests with any more. */
export interface IsolatedRoutes {
  readonly layers: readonly Layer[];
  readonly router: RequestHandler;
}

/**
 * Moves routes into a router of their own: otherwise a host's catch-all route would answer for them, and every request of
 * the host would be compared with each of them.
 * @param own - routes of the application, which lose their old place
 * @param unrouted - called for paths and methods that have no route
 */
export function isolateRoutes(
  application: Application,
  own: readonly Layer[],
  unrouted: (request: Request) => never,
): IsolatedRoutes {
  const isolated = own.map(caseSensitive);
  const router = routerOf(isolated);
  router.use(unrouted);
  const layers = layersOf(application);
  layers.splice(0, layers.length, ...layers.filter((layer) => !own.includes(layer)));
  const entrance = ENTRANCES.get(application);
  if (entrance) ISOLATED.get(entrance)?.unshift(...isolated);
  return { layers: isolated, router };
}

/** Puts a middleware for a prefix after the middleware that is there, and ahead of every route. */
export function useAhead(application: Application, prefix: string, handler: RequestHandler): void {
  application.use(prefix, handler);
  const layers = layersOf(application);
  const [layer] = layers.splice(-1) as [Layer];
  const at = layers.findIndex((other) => other.route ?? ISOLATED.has(other));
  layers.splice(at < 0 ? layers.length : at, 0, layer);
}

/** A layer for a middleware, which is not part of the application yet. */
function newLayer(application: Application, middleware: RequestHandler | ErrorRequestHandler): Layer {
  application.use(middleware as RequestHandler);
  const [layer] = layersOf(application).splice(-1) as [Layer];
  return layer;
}

function matches(layer: Layer, path: string): boolean {
  try {
    return Boolean(layer.match(path));
  } catch {
    return false;
  }
}
