/** The options of the data plane, and its default prefix. */
import { configurableModule } from '../http/index.js';
import type { Options } from '../settings/index.js';
import { DATA_PLANE_SETTINGS } from './data-plane.settings.js';

/** Options of `DataPlaneModule`. */
export type DataPlaneOptions = Options<typeof DATA_PLANE_SETTINGS>;

/** Its module without the parts that serve it, and the injection token of its options. */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: DATA_PLANE_OPTIONS } = configurableModule(
  'DataPlane',
  '/',
  DATA_PLANE_SETTINGS,
);
