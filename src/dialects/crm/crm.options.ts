/** What the CRM dialect can be told, where it is served, and for whom its logins are. */
import type { Options } from '../../settings/index.js';
import type { CRM_SETTINGS } from './crm.settings.js';

/** Options of `CrmModule`. */
export type CrmOptions = Options<typeof CRM_SETTINGS>;

/** Where the dialect is served by default (docs/contracts/crm.md §1). */
export const DEFAULT_PATH = '/crmapi/rest/v2';

/** Audience of this dialect's logins: no other accepts them, and it accepts no others. */
export const AUDIENCE = 'crm';
