/** The remote guard: verification by a Latchkey elsewhere. */
export { LatchkeyClientModule } from './client.module.js';
export { LatchkeyClient, type ClientOptions, type PresentedRequest } from './latchkey-client.js';
export {
  AdmitTokens,
  CurrentPrincipal,
  RemoteServiceTokenGuard,
  RemoteTokenGuard,
  principalOf,
} from './remote.guard.js';
export type { RemotePolicy } from './query.js';
export { RemoteUnavailable, type RemoteDecision, type RemotePrincipal } from './remote-answer.js';
