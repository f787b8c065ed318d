/** The module that serves the console, in the standalone server and in hosts. */
import { Inject, Logger, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { mountPages } from '../http/index.js';
import { OptionsError } from '../settings/index.js';
import { BUILT_CONSOLE, BuiltFiles } from './built-files.js';
import { ConsolePages } from './console-pages.js';

/** Options of {@link ConsoleModule}. */
export interface ConsoleOptions {
  /** Prefix of the console, after the host's global prefix. Default: `/console` */
  readonly path?: string | undefined;
  /** Prefix of Latchkey's own API, after the host's global prefix. Default: `/latchkey/v1` */
  readonly api?: string | undefined;
}

const CONSOLE_OPTIONS = Symbol('latchkey:console-options');

const DEFAULTS = { path: '/console', api: '/latchkey/v1' } as const;

/** A path without parameters, of one part or more. */
const PLAIN_PATH = /^\/?[A-Za-z0-9\-._~]+(?:\/[A-Za-z0-9\-._~]+)*\/?$/;

/** Serves the console. It needs the API at the same origin, and nothing else of the application. */
@Module({})
export class ConsoleModule implements OnModuleInit {
  private readonly logger = new Logger(ConsoleModule.name);

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly config: ApplicationConfig,
    @Inject(CONSOLE_OPTIONS) private readonly options: Required<ConsoleOptions>,
  ) {}

  /** @throws OptionsError for paths with parameters, or of no part */
  static forRoot({ path = DEFAULTS.path, api = DEFAULTS.api }: ConsoleOptions = {}): DynamicModule {
    for (const [name, value] of Object.entries({ path, api })) {
      if (PLAIN_PATH.test(value)) continue;
      throw new OptionsError(
        `ConsoleModule cannot have the ${name} ${JSON.stringify(value)}: give a path without parameters, such as "${DEFAULTS.path}"`,
      );
    }
    return { module: ConsoleModule, providers: [{ provide: CONSOLE_OPTIONS, useValue: { path, api } }] };
  }

  /**
   * Called when the routes are registered.
   * @throws MountError if another module is served at the same path
   */
  onModuleInit(): void {
    const { path, api } = this.options;
    const files = new BuiltFiles(BUILT_CONSOLE);
    if (!files.areThere) this.logger.warn('the console has not been built: run "npm run build"');
    mountPages(this.host, this.config, { name: ConsoleModule.name, path }, (prefix) =>
      new ConsolePages(files, { prefix, api, config: this.config }).handler(),
    );
  }
}
