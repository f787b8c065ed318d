/** The settings of every dialect that the server has, by the dialect's name. */
import { CANVUS_SETTINGS } from './dialects/canvus/canvus.settings.js';
import { CLOUDFLARE_SETTINGS } from './dialects/cloudflare/cloudflare.settings.js';
import { CRM_SETTINGS } from './dialects/crm/crm.settings.js';

/** In the order of lists for people. */
export const DIALECT_SETTINGS = {
  cloudflare: CLOUDFLARE_SETTINGS,
  crm: CRM_SETTINGS,
  canvus: CANVUS_SETTINGS,
} as const;
