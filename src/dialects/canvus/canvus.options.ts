/** The options of the Canvus dialect, and its default prefix. */
import { configurableModule } from '../../http/index.js';
import type { Options } from '../../settings/index.js';
import { CANVUS_SETTINGS } from './canvus.settings.js';

/** Options of `CanvusModule`. */
export type CanvusOptions = Options<typeof CANVUS_SETTINGS>;

/** Its module, at its default prefix (docs/contracts/canvus.md §1.1), without the parts that serve it; and the injection token of its options. */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: CANVUS_OPTIONS } = configurableModule(
  'Canvus',
  '/api/v1',
  CANVUS_SETTINGS,
);
