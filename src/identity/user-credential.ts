/** Which tokens stand for a user. */
import type { Token } from '../core/index.js';
import { PersonalToken } from './personal-token.entity.js';
import { SessionToken, USER_AUDIENCE } from './session-token.entity.js';

/** Whether a token is one of a user that is accepted wherever a user's token is: a personal token, or such a login. */
export function actsForUser(token: Token, audience = USER_AUDIENCE): boolean {
  return token instanceof PersonalToken || isLogin(token, audience);
}

/** Whether it was born from a login for this audience. */
export function isLogin(token: Token, audience: string): boolean {
  return token instanceof SessionToken && token.audience === audience;
}
