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
const ISOLATED = new WeakMap<Layer, readonly Layer[]>();

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

/** What a dialect puts around its routes. Each middleware gets the requests for all paths of the application. */
export interface Surroundings {
  /** Runs ahead of every middleware and parser of the host. */
  readonly early: RequestHandler;
  /** Runs after the host's middleware, and passes requests for the dialect to the router of its routes. */
  readonly entrance: (router: RequestHandler) => RequestHandler;
  /** Answers for paths and methods that have no route; runs in that router. */
  readonly unrouted: (request: Request) => never;
  /** Answers errors, wherever they came from. */
  readonly failed: ErrorRequestHandler;
}

/**
 * Moves routes into a router of their own, which stands before every other route: otherwise a host's catch-all route
 * would answer for them, and every request of the host would be compared with each of them.
 * @param own - routes of the application, which lose their old place
 * @returns their layers in the new router
 */
export function isolateRoutes(application: Application, own: readonly Layer[], around: Surroundings): Layer[] {
  const isolated = own.map(caseSensitive);
  const router = routerOf(isolated);
  router.use(around.unrouted);
  const first = newLayer(application, around.early);
  const entrance = newLayer(application, around.entrance(router));
  const onError = newLayer(application, around.failed);
  ISOLATED.set(entrance, isolated);
  const layers = layersOf(application);
  const others = layers.filter((layer) => !own.includes(layer));
  const at = others.findIndex((layer) => layer.route ?? ISOLATED.has(layer));
  others.splice(at < 0 ? others.length : at, 0, entrance, onError);
  layers.splice(0, layers.length, first, ...others);
  return isolated;
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
