/** What the guards need, without a route: for hosts that only guard their own. */
import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { defaultsOf } from '../../settings/index.js';
import { LATCHKEY, checkImports } from '../../http/index.js';
import { AccessDecider, GUARDING } from '../access-decider.js';
import { ApplicationFinder } from '../application-finder.js';
import { DATA_PLANE_OPTIONS } from '../data-plane.options.js';
import { DATA_PLANE_SETTINGS } from '../data-plane.settings.js';
import { TokenPasswords } from '../token-passwords.js';

/** Options of {@link LatchkeyGuardsModule}. */
export interface GuardsOptions {
  /** The module of `LatchkeyModule.forRoot`. */
  readonly imports: NonNullable<ModuleMetadata['imports']>;
  /** Whether the guards work in every module without an import. Default: no. */
  readonly isGlobal?: boolean | undefined;
  /** As the option of `DataPlaneModule`: whether rules that name no account admit the tokens of every account. */
  readonly withoutAccount?: boolean | undefined;
}

/** Provides what the guards need and serves nothing. It does not depend on Express. */
@Module({})
export class LatchkeyGuardsModule {
  /** @throws OptionsError without the module of `LatchkeyModule.forRoot` */
  static forRoot(given: GuardsOptions): DynamicModule {
    const { imports = [], isGlobal = false, withoutAccount } = (given as Partial<GuardsOptions> | undefined) ?? {};
    checkImports('LatchkeyGuardsModule', imports.length);
    const defaults = defaultsOf(DATA_PLANE_SETTINGS);
    const options = { ...defaults, withoutAccount: withoutAccount ?? defaults.withoutAccount };
    return {
      module: LatchkeyGuardsModule,
      global: isGlobal,
      imports,
      providers: [
        // First, so that it is what is missed where the imports have no Latchkey.
        {
          provide: GUARDING,
          useFactory: (_isThere: true, decider: AccessDecider) => decider,
          inject: [LATCHKEY, AccessDecider],
        },
        { provide: DATA_PLANE_OPTIONS, useValue: options },
        AccessDecider,
        ApplicationFinder,
        TokenPasswords,
      ],
      exports: [GUARDING, AccessDecider, ApplicationFinder],
    };
  }
}
