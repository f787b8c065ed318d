/** The settings of all dialects of the server, by the dialect's name. */
import { CANVUS_SETTINGS } from './dialects/canvus/canvus.settings.js';
import { CLOUDFLARE_CREDENTIAL_SETTINGS, CLOUDFLARE_SETTINGS } from './dialects/cloudflare/cloudflare.settings.js';
import { CRM_SETTINGS } from './dialects/crm/crm.settings.js';
import { LATCHKEY_API_SETTINGS } from './dialects/latchkey/latchkey.settings.js';
import { withGroup } from './settings/index.js';

/** In the order in which help and documentation list them. */
export const DIALECT_SETTINGS = {
  cloudflare: withGroup(CLOUDFLARE_SETTINGS, 'credentials', CLOUDFLARE_CREDENTIAL_SETTINGS),
  crm: CRM_SETTINGS,
  canvus: CANVUS_SETTINGS,
  latchkey: LATCHKEY_API_SETTINGS,
} as const;
