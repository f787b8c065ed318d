/** Serves the routes below an account below each of its zones, too (docs/contracts/cloudflare.md §7). */
import { Controller, VERSION_NEUTRAL, type Type } from '@nestjs/common';
import { DECORATORS } from '../../internals/index.js';
import { documentedPath, permissionOf } from '../../http/index.js';
import { PATH_PARAMETERS } from './cloudflare.docs.js';

/**
 * A controller with the same routes for the zone in the path, which stands for its account. Its handlers are those of the
 * other one; only what is documented of their paths differs.
 * @param path - what follows the zone
 */
export function zoneTwin(controller: Type<object>, path: string): Type<object> {
  const Base = controller as Type<Record<string, Handler>>;
  class Twin extends Base {}
  Object.defineProperty(Twin, 'name', { value: `Zone${controller.name}` });
  const prototype = Base.prototype as object;
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const handler: unknown = Reflect.get(prototype, name);
    if (typeof handler !== 'function' || permissionOf(handler) === undefined) continue;
    const value = copyOf(handler as Handler);
    Object.defineProperty(Twin.prototype, name, { value, configurable: true, writable: true });
  }
  const whole = `zones/:zoneId/${path}`;
  // Guard, errors and the group in the documentation are inherited.
  Controller({ path: whole, version: VERSION_NEUTRAL })(Twin);
  documentedPath(whole, PATH_PARAMETERS)(Twin);
  return Twin;
}

type Handler = (this: object, ...parameters: unknown[]) => unknown;

/** A handler of its own, since what is declared of a route belongs to its function. */
function copyOf(handler: Handler): Handler {
  const copy: Handler = function (...parameters) {
    return handler.apply(this, parameters);
  };
  Object.defineProperty(copy, 'name', { value: handler.name });
  for (const key of Reflect.getMetadataKeys(handler) as unknown[]) {
    const value: unknown = Reflect.getMetadata(key, handler);
    Reflect.defineMetadata(key, key === DECORATORS.API_PARAMETERS ? withoutPath(value) : value, copy);
  }
  return copy;
}

function withoutPath(parameters: unknown): unknown[] {
  return (parameters as { in?: string }[]).filter((parameter) => parameter.in !== 'path');
}
