/** What of the data plane can be set. */
import { integer, setting, settingsTable, type Options } from '../settings/index.js';

/** The data plane. */
export const DATA_PLANE_SETTINGS = settingsTable(
  'Verification by proxies',
  {
    maxAgeSeconds: setting({
      env: 'VERIFY_MAX_AGE_SECONDS',
      form: integer(0, 3600),
      default: 0,
      doc: 'Seconds that a proxy may keep an accepted answer of `/verify`; 0 forbids it',
      more: 'What a proxy keeps it admits after a revocation as well.',
    }),
  },
  ['VERIFY_'],
);

/** Options of `DataPlaneModule`. */
export type DataPlaneOptions = Options<typeof DATA_PLANE_SETTINGS>;
