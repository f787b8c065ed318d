/** Documents what stands for ids in the paths of a controller. */
import { PATH_METADATA } from '@nestjs/common/internal';
import { ApiParam } from '@nestjs/swagger';

/** What a part of a path is. */
export interface DocumentedParameter {
  readonly description: string;
  readonly example: string | number;
  /** A text unless given. */
  readonly type?: 'integer';
}

/**
 * Documents the parameters of all routes of a controller.
 * @param path - of the controller; @param parameters - by their names, at least those that it has
 */
export function documentedPath(
  path: string,
  parameters: Readonly<Record<string, DocumentedParameter>>,
): (target: object) => void {
  return (target) => {
    const { prototype } = target as { prototype: object };
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof descriptor.value !== 'function') continue;
      const own: unknown = Reflect.getMetadata(PATH_METADATA, descriptor.value as object);
      if (typeof own !== 'string') continue;
      for (const [, parameter = ''] of `${path}/${own}`.matchAll(/:(\w+)/g)) {
        ApiParam({ name: parameter, type: String, ...parameters[parameter] })(prototype, name, descriptor);
      }
    }
  };
}
