/**
 * Everything that a host application may import. A host that wants to load only one dialect imports
 * `latchkey/foundation` and, for example, `latchkey/cloudflare` instead.
 */
export { AppModule, type AppOverrides } from './standalone/app.module.js';
export { ConfigError, loadConfig, type Config } from './config/index.js';
export * from './data-plane.js';
export { CanvusModule, canvusDocument, type CanvusOptions } from './dialects/canvus/index.js';
export {
  AccessEdgeModule,
  CloudflareModule,
  cloudflareDocument,
  type CloudflareOptions,
} from './dialects/cloudflare/index.js';
export { CrmModule, crmDocument, type CrmOptions } from './dialects/crm/index.js';
export {
  HostSignIn,
  LatchkeyApiModule,
  latchkeyDocument,
  type HostAnswer,
  type HostRequest,
  type HostSignInParts,
  type HostSignedIn,
  type LatchkeyApiExtras,
  type LatchkeyApiOptions,
} from './dialects/latchkey/index.js';
export * from './foundation.js';
export { MountError, PathClash, type DialectExtras } from './http/index.js';
export { StartError, createServer, type Server } from './standalone/server.js';
export type { Environment, UnknownVariable } from './settings/index.js';
