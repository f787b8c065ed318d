/** Builds what the modules and controllers of all APIs have in common. */
import {
  ConfigurableModuleBuilder,
  Controller,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
  applyDecorators,
  type ConfigurableModuleHost,
  type Provider,
  type Type,
} from '@nestjs/common';
import { ApiTags } from '../../internals/index.js';
import type { Options, SettingsTable } from '../../settings/index.js';
import type { ErrorFilter } from '../output/error-filter.js';
import type { PermissionGuard } from '../permission.js';
import { DialectMount, type DialectMountOptions } from './dialect-mount.js';
import { MountContext } from './mount-context.js';
import { DIALECT_PATH, EXTRAS, LATCHKEY, mountedAt, type DialectExtras } from './mounting.js';

/**
 * The base class of a module, with `forRoot` and `forRootAsync`, and the injection token of its options, which are those
 * of the settings.
 * @param moduleName - without `Module`
 * @param defaultPath - the prefix of its routes unless a host gives another
 */
export function configurableModule<T extends SettingsTable>(
  moduleName: string,
  defaultPath: string,
  settings: T,
): ConfigurableModuleHost<Options<T>, 'forRoot', 'create', DialectExtras> {
  return new ConfigurableModuleBuilder<Options<T>>({ moduleName })
    .setClassMethodName('forRoot')
    .setExtras<DialectExtras>(EXTRAS, mountedAt(defaultPath, settings))
    .build();
}

/** What is mounted, and the filter that answers its errors. */
export type MountedApi = Omit<DialectMountOptions, 'path' | 'errors'> & { readonly errors: Type<ErrorFilter> };

/** The providers that mount the controllers of a {@link configurableModule}. */
export function mountProviders({ errors, ...options }: MountedApi): Provider[] {
  return [
    // First, so that it is what is missed where the imports have no Latchkey.
    {
      provide: DialectMount,
      useFactory: (_isThere: true, context: MountContext, path: string, filter: ErrorFilter) =>
        new DialectMount(context, { ...options, path, errors: filter }),
      inject: [LATCHKEY, MountContext, DIALECT_PATH, errors],
    },
    errors,
  ];
}

/** What the controllers of an API have in common. */
export interface ControllerParts {
  readonly guard: Type<PermissionGuard>;
  readonly errors: Type<ErrorFilter>;
  /** Further decorators, for OpenAPI; the path is that of the controller. */
  readonly documented?: (path: string) => readonly ((target: object) => void)[];
}

/**
 * The decorator of the controllers of an API.
 * @returns a function of the path below the prefix of the API, and of the group in the documentation
 */
export function guardedController({
  guard,
  errors,
  documented = () => [],
}: ControllerParts): (path: string, tag: string) => ClassDecorator {
  return (path, tag) =>
    applyDecorators(
      Controller({ path, version: VERSION_NEUTRAL }),
      UseGuards(guard),
      UseFilters(errors),
      ApiTags(tag),
      ...(documented(path) as ClassDecorator[]),
    );
}
