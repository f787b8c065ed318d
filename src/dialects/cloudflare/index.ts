/** The Cloudflare dialect, as a host imports it. */
export { AccessEdgeModule } from './edge/edge.module.js';
export { withAccountSettings } from './account-settings.docs.js';
export { EXAMPLE_ACCOUNT_ID, cloudflareDocument } from './cloudflare.docs.js';
export { withKeptMembers } from './kept-members.docs.js';
export { CloudflareModule } from './cloudflare.module.js';
export type { CloudflareOptions } from './cloudflare.options.js';
export { expiryOf, isDuration } from './duration.js';
export { newClientId } from './service-token.service.js';
export { ServiceToken } from './service-token.entity.js';
export { InactiveTokens, type InactiveToken } from './inactive-tokens.js';
