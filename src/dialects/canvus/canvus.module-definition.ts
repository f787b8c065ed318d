/** The dialect as a configurable module: `forRoot` and `forRootAsync`, with the prefix as a static extra. */
import { ConfigurableModuleBuilder, type ModuleMetadata } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { DEFAULT_PATH, type CanvusOptions } from './canvus.options.js';

export interface CanvusExtras {
  /** Prefix of all routes. */
  path?: string;
  /** The module that provides core and identity. */
  imports?: NonNullable<ModuleMetadata['imports']>;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: CANVUS_OPTIONS } =
  new ConfigurableModuleBuilder<CanvusOptions>({ moduleName: 'Canvus' })
    .setClassMethodName('forRoot')
    .setExtras<CanvusExtras>({}, (definition, { path = DEFAULT_PATH, imports = [] }) => ({
      ...definition,
      imports: [
        ...(definition.imports ?? []),
        ...imports,
        RouterModule.register([{ path, module: definition.module }]),
      ],
      providers: [...(definition.providers ?? []), { provide: CANVUS_PATH, useValue: path }],
    }))
    .build();

/** Injection token of the prefix. */
export const CANVUS_PATH = Symbol('latchkey:canvus-path');
