/** The data plane: forward-auth, introspection, revocation, and guards for a host's own routes. */
export { VerifyListener } from './verify-listener.js';
export { verifyTally } from './verify-tally.js';
export { VerifyServer, type VerifyServerOptions } from './verify-server.js';
export type { AccessPolicy } from './access-policy.js';
export { DataPlaneModule } from './data-plane.module.js';
export { LatchkeyGuardsModule, type GuardsOptions } from './guards/guards.module.js';
export { presentableSchemes } from './form-descriptions.js';
export type { DataPlaneOptions } from './data-plane.options.js';
export { AdmitTokens, CurrentPrincipal, TokenGuard, principalOf, type TokenPrincipal } from './guards/token.guard.js';
export type { DecisionMessage, DecisionSource } from './channels.js';
export { ApplicationFinder } from './application-finder.js';
export { AccessDecider, type Decision, type ApplicationVisit } from './access-decider.js';
export { TokenRevocation } from './oauth/token-revocation.js';
export { dataPlaneDocument, withForwardAuth } from './data-plane.docs.js';
