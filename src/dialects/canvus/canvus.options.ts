/** What the Canvus dialect can be told, and where it is served. */
import type { Options } from '../../settings/index.js';
import type { CANVUS_SETTINGS } from './canvus.settings.js';

/** Options of `CanvusModule`. */
export type CanvusOptions = Options<typeof CANVUS_SETTINGS>;

/** Where the dialect is served by default (docs/contracts/canvus.md §1.1). */
export const DEFAULT_PATH = '/api/v1';
