/** What the guards for hosts share, in process and remote: where the request is, who was admitted, and which tokens are. */
export { AnyOf } from './any-of.js';
export { requestIn, responseIn, type GuardedRequest, type GuardedResponse } from './context.js';
export { HostGuard } from './host-guard.js';
export { admitTokens, policiesAt } from './admitted-tokens.js';
export { keepPrincipal, principalIn } from './principals.js';
export { rawHeadersOf } from './raw-headers.js';
