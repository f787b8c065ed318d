/** Documents the path parameters of a controller. */
import { ApiParam } from '@nestjs/swagger';
import { decoratedPath } from '../../internals/index.js';

/** The description of a path parameter. */
export interface DocumentedParameter {
  readonly description: string;
  readonly example: string | number;
  /** Default: a string. */
  readonly type?: 'integer';
}

/**
 * Documents the parameters of all routes of a controller.
 * @param path - path of the controller
 * @param parameters - descriptions by name; must include every parameter of the controller
 */
export function documentedPath(
  path: string,
  parameters: Readonly<Record<string, DocumentedParameter>>,
): (target: object) => void {
  return (target) => {
    const { prototype } = target as { prototype: object };
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof descriptor.value !== 'function') continue;
      const own = decoratedPath(descriptor.value as object);
      if (typeof own !== 'string') continue;
      for (const [, parameter = ''] of `${path}/${own}`.matchAll(/:(\w+)/g)) {
        ApiParam({ name: parameter, type: String, ...parameters[parameter] })(prototype, name, descriptor);
      }
    }
  };
}
