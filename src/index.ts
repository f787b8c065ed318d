/** What a host application may import. */
export { AppModule, type AppOverrides } from './app.module.js';
export { ConfigError, loadConfig, type Config } from './config/index.js';
export * from './core/index.js';
export * from './data-plane/index.js';
export { CanvusModule, type CanvusOptions } from './dialects/canvus/index.js';
export { CloudflareModule, type CloudflareOptions } from './dialects/cloudflare/index.js';
export { CrmModule, type CrmOptions } from './dialects/crm/index.js';
export * from './identity/index.js';
export { LatchkeyModule, type LatchkeyOptions } from './latchkey.module.js';
export { ENTITIES, MIGRATIONS } from './persistence/index.js';
