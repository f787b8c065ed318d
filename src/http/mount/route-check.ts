/** Checks the routes of a module: all of them are below its prefix, and nobody else's are. */
import type { Type } from '@nestjs/common';
import { MetadataScanner } from '@nestjs/core';
import type { Application } from 'express';
import { decoratedGuards, decoratedMethod, decoratedPath } from '../../internals/index.js';
import { MountError, PathClash, joinedPath } from './mounting.js';
import { PUBLIC, PermissionGuard, permissionOf } from '../permission.js';
import { declareRoute } from './declared-routes.js';
import { describeRoute, isBelow, routesOf, type Route } from './routing.js';

/** A module to be mounted. */
export interface MountedModule {
  /** Its name, for messages. */
  readonly name: string;
  readonly controllers: readonly Type<object>[];
  /** The last part of the prefix, if the paths of all controllers begin with it. Default: none. */
  readonly part?: string;
}

/**
 * Call this when all routes are registered.
 * @param path - the whole prefix
 * @throws MountError if a route is missing or declares no permission; PathClash if there is a route of the host
 */
export function checkRoutes(
  application: Application,
  path: string,
  { name, controllers, part = '' }: MountedModule,
): void {
  const routed = routesOf(application)
    .filter((route) => isBelow(route.path, path))
    .map(describeRoute);
  const parent = path.slice(0, path.length - joinedPath(part).length);
  const own = new Set(declareControllers(application, controllers, parent));
  for (const route of own) {
    if (routed.includes(route)) continue;
    throw new MountError(
      `${name} is to be served at ${path}, but ${route} is not routed there: import it once in an application, ` +
        "and leave all of it below the host's global prefix or nothing",
    );
  }
  const foreign = routed.find((route, at) => !own.has(route) || routed.indexOf(route) !== at);
  if (foreign !== undefined) throw new PathClash(clashWith(foreign, name, path));
}

/** @throws PathClash if the host has a route for a path that is answered before all routes */
export function checkUnrouted(application: Application, path: string, name: string): void {
  const shadowed = routesOf(application).find((route) => isBelow(route.path, path));
  if (shadowed) throw new PathClash(clashWith(describeRoute(shadowed), name, path));
}

function clashWith(route: string, name: string, path: string): string {
  return `${name} is to be served at ${path === '' ? '/' : path}, where the application has ${route}: give ${name} another \`path\` in its forRoot`;
}

/**
 * Records the permissions of the routes of controllers.
 * @param prefix - precedes the paths of all controllers
 * @returns the routes, as formatted by {@link describeRoute}
 * @throws MountError for a route without a permission, or whose permission no guard checks
 */
export function declareControllers(
  application: Application,
  controllers: readonly Type<object>[],
  prefix: string,
): string[] {
  return controllers.flatMap((controller) =>
    handlersOf(controller).flatMap(([name, handler]) => {
      const permission = checkedPermission(controller, name, handler);
      return routesOfHandler(controller, handler, prefix).map((route) => {
        declareRoute(application, route, permission);
        return describeRoute(route);
      });
    }),
  );
}

function checkedPermission(controller: Type<object>, name: string, handler: object): string {
  const permission = permissionOf(handler);
  if (permission === undefined) {
    throw new MountError(`${controller.name}.${name} declares no permission: add the decorator @Permits`);
  }
  if (permission !== PUBLIC && !isGuarded(controller)) {
    throw new MountError(
      `${controller.name}.${name} requires "${permission}", but its controller has no guard that checks it`,
    );
  }
  return permission;
}

/** Whether the controller has a guard that checks permissions. */
function isGuarded(controller: Type<object>): boolean {
  return decoratedGuards(controller).some(
    (guard) => typeof guard === 'function' && guard.prototype instanceof PermissionGuard,
  );
}

function handlersOf(controller: Type<object>): [name: string, handler: object][] {
  const prototype = controller.prototype as Record<string, object>;
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name): [string, object][] => {
    const handler = prototype[name];
    return handler && decoratedPath(handler) !== undefined ? [[name, handler]] : [];
  });
}

function routesOfHandler(controller: Type<object>, handler: object, prefix: string): Route[] {
  const method = decoratedMethod(handler);
  return pathsIn(handler).flatMap((path) =>
    pathsIn(controller).map((parent) => ({ method, path: joinedPath(prefix, parent, path) })),
  );
}

/** Of a controller or a route. */
function pathsIn(decorated: object): string[] {
  const path = decoratedPath(decorated);
  return typeof path === 'string' ? [path] : (path ?? []);
}
