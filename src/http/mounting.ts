/** Mounting a dialect's module: at a prefix, on top of the module that provides core and identity. */
import type { DynamicModule, ModuleMetadata } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';

/** What every dialect's `forRoot` takes beside its options. */
export interface DialectExtras {
  /** Prefix of all routes. */
  path?: string;
  /** The module that provides core and identity. */
  imports?: NonNullable<ModuleMetadata['imports']>;
}

/** Injection token, within a dialect's module, of the prefix it is mounted at. */
export const DIALECT_PATH = Symbol('latchkey:dialect-path');

/** For `ConfigurableModuleBuilder.setExtras`. */
export function mountedAt(defaultPath: string): (definition: DynamicModule, extras: DialectExtras) => DynamicModule {
  return (definition, { path = defaultPath, imports = [] }) => ({
    ...definition,
    imports: [...(definition.imports ?? []), ...imports, RouterModule.register([{ path, module: definition.module }])],
    providers: [...(definition.providers ?? []), { provide: DIALECT_PATH, useValue: path }],
  });
}
