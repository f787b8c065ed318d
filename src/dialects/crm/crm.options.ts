/** The options of the CRM dialect, its default prefix, and the audience of its logins. */
import { configurableModule } from '../../http/index.js';
import type { Options } from '../../settings/index.js';
import { CRM_SETTINGS } from './crm.settings.js';

/** Options of `CrmModule`. */
export type CrmOptions = Options<typeof CRM_SETTINGS>;

/** Its module, at its default prefix (docs/contracts/crm.md §1), without the parts that serve it; and the injection token of its options. */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: CRM_OPTIONS } = configurableModule(
  'Crm',
  '/crmapi/rest/v2',
  CRM_SETTINGS,
);

/** Audience of this dialect's logins: no other accepts them. */
export const AUDIENCE = 'crm';

/** Audience of the logins of consumers, which are accepted by the methods that say so (docs/decisions/0081). */
export const CONSUMER_AUDIENCE = 'crm_consumer';
