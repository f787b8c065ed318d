/** Documents the path parameters of a controller. */
import { ApiParam, DECORATORS, decoratedPath } from '../../internals/index.js';

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
      const others = parametersOf(descriptor.value as object);
      for (const [, parameter = ''] of `${path}/${own}`.matchAll(/:(\w+)/g)) {
        ApiParam({ name: parameter, type: String, ...parameters[parameter] })(prototype, name, descriptor);
      }
      const inPath = parametersOf(descriptor.value as object).slice(others.length);
      // Path parameters come first, as they do in an address.
      Reflect.defineMetadata(DECORATORS.API_PARAMETERS, [...inPath, ...others], descriptor.value as object);
    }
  };
}

function parametersOf(handler: object): readonly object[] {
  return (Reflect.getMetadata(DECORATORS.API_PARAMETERS, handler) ?? []) as readonly object[];
}
