/** What the running application routes. */
import type { Application } from 'express';
import { isBelow } from './mounting.js';

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

/** The part of Express's router that tells its routes. */
export interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  match(path: string): boolean;
}

export interface Route {
  readonly method: string;
  readonly path: string;
}

/** Every route of the application. */
export function routesOf(application: Application): Route[] {
  return layersOf(application).flatMap(({ route }) =>
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
export function moveToFront(application: Application, count: number): void {
  const layers = layersOf(application);
  layers.unshift(...layers.splice(layers.length - count, count));
}

/**
 * Lets these routes, and after them the layers that were registered last, run ahead of every other route: one of a host
 * that answers everything would answer for them.
 * @param last - how many layers were registered last
 */
export function moveBeforeRoutes(application: Application, own: readonly Layer[], last: number): void {
  const layers = layersOf(application);
  const tail = layers.splice(layers.length - last, last);
  const others = layers.filter((layer) => !own.includes(layer));
  const first = others.findIndex(({ route }) => route);
  others.splice(first < 0 ? others.length : first, 0, ...own, ...tail);
  layers.splice(0, layers.length, ...others);
}

function matches(layer: Layer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    return false;
  }
}

function layersOf(application: Application): Layer[] {
  return (application.router as unknown as { stack: Layer[] }).stack;
}
