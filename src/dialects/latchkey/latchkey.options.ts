/** The options of Latchkey's own API, and its default prefix. */
import { configurableModule } from '../../http/index.js';
import type { Options } from '../../settings/index.js';
import { LATCHKEY_API_SETTINGS } from './latchkey.settings.js';

/** Options of `LatchkeyApiModule`. */
export type LatchkeyApiOptions = Options<typeof LATCHKEY_API_SETTINGS>;

/** Its module, at its default prefix, without the parts that serve it; and the injection token of its options. */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: LATCHKEY_API_OPTIONS } = configurableModule(
  'LatchkeyApi',
  '/latchkey/v1',
  LATCHKEY_API_SETTINGS,
);
