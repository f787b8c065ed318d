/** The options of Latchkey's own API, and its default prefix. */
import { ConfigurableModuleBuilder, type Type } from '@nestjs/common';
import { EXTRAS, mountedAt, type DialectExtras } from '../../http/index.js';
import type { Options } from '../../settings/index.js';
import { signInProvider } from './host-sign-in/checked-sign-in.js';
import type { HostSignIn, HostSignInParts } from './host-sign-in/host-sign-in.js';
import { LATCHKEY_API_SETTINGS } from './latchkey.settings.js';

/** Options of `LatchkeyApiModule`. */
export type LatchkeyApiOptions = Options<typeof LATCHKEY_API_SETTINGS>;

/** What its `forRoot` takes in addition to its options. */
export interface LatchkeyApiExtras extends DialectExtras {
  /** Lets the host's own sign-in open this API and the console. Its dependencies are in `imports`. */
  signIn?: Type<HostSignIn> | HostSignInParts | undefined;
}

const mounted = mountedAt('/latchkey/v1', LATCHKEY_API_SETTINGS);

/** Its module, at its default prefix, without the parts that serve it; and the injection token of its options. */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: LATCHKEY_API_OPTIONS } =
  new ConfigurableModuleBuilder<LatchkeyApiOptions>({ moduleName: 'LatchkeyApi' })
    .setClassMethodName('forRoot')
    .setExtras<LatchkeyApiExtras>({ ...EXTRAS, signIn: undefined }, (unchecked, { signIn, ...extras }) => {
      const definition = mounted(unchecked, extras);
      return { ...definition, providers: [...(definition.providers ?? []), signInProvider(signIn)] };
    })
    .build();
