/** Manages tokens of every kind on behalf of somebody: for our own API, and for the code of hosts. */
export type { LengthOfTime } from './lengths-of-time.js';
export { MANAGING_PROVIDERS } from './managing.providers.js';
export { TokenAccess, mayChange, maySee, scopeOf, type TokenReader } from './token-access.js';
export { TokenManager, type Acting } from './token-manager.js';
export { TokenRequestError, type TokenRequestField } from './token-request-error.js';
export { TokensApi } from './tokens-api.js';
export type {
  ActingAs,
  IssuedToken,
  Lifetime,
  Overlap,
  TokenInfo,
  TokenPage,
  TokenToIssue,
  TokensToList,
  UserId,
} from './tokens-api.types.js';
