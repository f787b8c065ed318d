/** The CRM dialect, as a host imports it. */
export { AccessToken } from './access-token.entity.js';
export { nextTokenNumber } from './access-token.service.js';
export { EXAMPLE_ORGANISATION } from './login.inputs.js';
export { crmDocument } from './crm.docs.js';
export { CrmModule } from './crm.module.js';
export type { CrmOptions } from './crm.options.js';
