/** Decides which tokens authenticate a user. */
import type { Token } from '../core/index.js';
import { PersonalToken } from './personal-token.entity.js';
import { SessionToken, USER_AUDIENCE } from './session-token.entity.js';

/** Whether a token acts for a user: a personal token, or a login for this audience. */
export function actsForUser(token: Token, audience = USER_AUDIENCE): boolean {
  return token instanceof PersonalToken || isLogin(token, audience);
}

/** Whether a token is a session of a login for this audience. */
export function isLogin(token: Token, audience: string): boolean {
  return token instanceof SessionToken && token.audience === audience;
}
