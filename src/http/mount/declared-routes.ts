/** Records the permissions of an application's routes, to check that each route has one. */
import type { Application } from 'express';
import { MountError } from './mounting.js';
import { describeRoute, isBelow, routesOf, type Route } from './routing.js';

const DECLARED = new WeakMap<Application, Map<string, string>>();

/** Records the permission of a route. */
export function declareRoute(application: Application, route: Route, permission: string): void {
  const declared = DECLARED.get(application) ?? new Map<string, string>();
  DECLARED.set(application, declared.set(describeRoute(route), permission));
}

/** Records a permission for all routes below a prefix. */
export function declareBelow(application: Application, prefix: string, permission: string): void {
  const routes = routesOf(application).filter(({ path }) => isBelow(path, prefix));
  for (const route of routes) declareRoute(application, route, permission);
}

/** The permissions by route, for example `GET /acme/users/:id`. */
export function declaredRoutes(application: Application): ReadonlyMap<string, string> {
  return DECLARED.get(application) ?? new Map();
}

/**
 * For an application that only has routes of Latchkey. Call it when all routes are registered.
 * @throws MountError for routes without a permission
 */
export function checkAllDeclared(application: Application): void {
  const declared = declaredRoutes(application);
  const undeclared = routesOf(application)
    .map(describeRoute)
    .filter((route) => !declared.has(route));
  if (undeclared.length > 0) throw new MountError(`no permission is declared for ${undeclared.join(', ')}`);
}
