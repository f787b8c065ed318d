/** The settings of the data plane. */
import { integer, setting, settingsTable } from '../settings/index.js';

/** The data plane. */
export const DATA_PLANE_SETTINGS = settingsTable(
  'Verification by proxies',
  {
    maxAgeSeconds: setting({
      env: 'VERIFY_MAX_AGE_SECONDS',
      form: integer(0, 3600),
      default: 0,
      doc: 'Seconds that a proxy may cache a positive answer of `/verify`; 0 forbids caching',
      more: 'A cached answer still admits the credential after its revocation.',
    }),
  },
  ['VERIFY_'],
);
