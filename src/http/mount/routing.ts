/** What the running application routes. */
import type { Application, NextFunction, Request, Response } from 'express';
import { layersOf, routerOf, type Layer } from '../../internals/index.js';

/** Whether a path is another or lies below it. @param prefix - without a slash after it */
export function isBelow(path: string, prefix: string): boolean {
  return `${path}/`.startsWith(`${prefix}/`);
}

/** No route has this path. */
export class PathNotFound extends Error {}

/** The path has routes, but none for this method. */
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

/** A route for people: `GET /acme/users/:id`. */
export function describeRoute({ method, path }: Route): string {
  return `${method} ${path}`;
}

/** By the layer that leads to them. */
const ISOLATED = new WeakMap<Layer, readonly Layer[]>();

/** Every route of the application. */
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

/** The methods that those of these routes answer that have this path; HEAD comes with GET. */
export function allowedMethods(routes: readonly Layer[], path: string): string[] {
  const methods = routes
    .filter((layer) => matches(layer, path))
    .flatMap((layer) => Object.keys(layer.route?.methods ?? {}))
    .map((method) => method.toUpperCase());
  const withHead = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  return [...new Set(withHead)].sort();
}

/** Lets the layers that were registered last run first, in their order. */
export function prependLayers(application: Application, count: number): void {
  const layers = layersOf(application);
  layers.unshift(...layers.splice(layers.length - count, count));
}

/**
 * Gives these routes a router of their own, ahead of every other route: one of a host that answers everything would
 * answer for them, and a request of somebody else's would be compared with each of them. The two layers that were
 * registered last come along: the first answers below the prefix what none of the routes does, the second answers for
 * errors, wherever they have arisen.
 * @param first - runs before these routes
 */
export function isolateRoutes(
  application: Application,
  prefix: string,
  own: readonly Layer[],
  first: (request: Request, response: Response, next: () => void) => void,
): void {
  const layers = layersOf(application);
  const [unrouted, failed] = layers.splice(-2) as [Layer, Layer];
  const router = routerOf([...own, unrouted]);
  // Express tells no upper case from lower unless it is told to.
  const start = prefix.toLowerCase();
  application.use((request: Request, response: Response, next: NextFunction) => {
    if (isBelow(request.path.toLowerCase(), start)) first(request, response, () => router(request, response, next));
    else next();
  });
  const [entrance] = layers.splice(-1) as [Layer];
  ISOLATED.set(entrance, own);
  const others = layers.filter((layer) => !own.includes(layer));
  const at = others.findIndex((layer) => layer.route ?? ISOLATED.has(layer));
  others.splice(at < 0 ? others.length : at, 0, entrance, failed);
  layers.splice(0, layers.length, ...others);
}

function matches(layer: Layer, path: string): boolean {
  try {
    return Boolean(layer.match(path));
  } catch {
    return false;
  }
}
