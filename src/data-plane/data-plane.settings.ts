/** What of the data plane can be set. */
import { integer, setting, settingsTable, text, type Options } from '../settings/index.js';

/** RFC 9110 §5.6.2. */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

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
    jsonHeader: setting({
      env: 'SERVICE_TOKEN_HEADER',
      form: text((name) => HEADER_NAME.test(name), 'the name of a header, for example Authorization'),
      defaultText: 'none',
      doc: 'Name of a header in which `/verify` also takes a service token, as a JSON object',
      more: 'Its members are `cf-access-client-id` and `cf-access-client-secret`.',
    }),
  },
  ['VERIFY_', 'SERVICE_TOKEN_HEADER'],
);

/** Options of `DataPlaneModule`. */
export type DataPlaneOptions = Options<typeof DATA_PLANE_SETTINGS>;
