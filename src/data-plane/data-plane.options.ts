/** The options of the data plane, and its default prefix. */
import type { Options } from '../settings/index.js';
import type { DATA_PLANE_SETTINGS } from './data-plane.settings.js';

/** Options of `DataPlaneModule`. */
export type DataPlaneOptions = Options<typeof DATA_PLANE_SETTINGS>;

/** The default prefix. */
export const DEFAULT_PATH = '/';
