/** Authenticates callers: turns a presented user token into a principal. */
import { Injectable } from '@nestjs/common';
import {
  Secret,
  Token,
  Verifier,
  isUserToken,
  publishRefusal,
  type Actor,
  type DirectoryUser,
  type Origin,
} from '../core/index.js';
import { PersonalToken } from './personal-token.entity.js';
import { SessionToken, USER_AUDIENCE } from './session-token.entity.js';

/** An authenticated user and the token they presented. */
export interface Principal {
  readonly user: DirectoryUser;
  readonly token: Token;
  /** The user as the author of changes. */
  readonly actor: Actor;
}

/**
 * `unusable`: the token is valid but its owner is blocked or not approved. `scoped`: it has scopes, and is therefore good
 * for verification, and for what is made for such tokens: an API that was not refuses them (docs/decisions/0061).
 */
export type Authentication =
  | { readonly status: 'authenticated' | 'scoped'; readonly principal: Principal }
  | { readonly status: 'refused' | 'unusable' };

const REFUSED: Authentication = { status: 'refused' };

/** Finds the user whom the credential of a request belongs to, for the API of a dialect. */
@Injectable()
export class Authenticator {
  constructor(private readonly verifier: Verifier) {}

  /**
   * @param presented - what the caller sent, in any shape
   * @param audience - the dialect whose login tokens are accepted in addition to personal tokens
   * @param origin - where the request comes from, for the audit log
   */
  authenticate(presented: unknown, audience: string, origin: Origin): Promise<Authentication> {
    if (typeof presented !== 'string' || !isUserToken(presented)) return Promise.resolve(REFUSED);
    return this.verified(presented, origin, (token) => actsForUser(token, audience));
  }

  /**
   * The same for a dialect that accepts only tokens of its own logins, which may have any format.
   * @param audiences - of the logins that it accepts
   */
  authenticateLogin(presented: string, audiences: readonly string[], origin: Origin): Promise<Authentication> {
    return this.verified(presented, origin, (token) => audiences.some((audience) => isLogin(token, audience)));
  }

  private async verified(
    presented: string,
    origin: Origin,
    isAccepted: (token: Token) => boolean,
  ): Promise<Authentication> {
    const verdict = await this.verifier.verify({ secret: new Secret(presented) }, origin);
    if (!('token' in verdict)) return REFUSED;
    if (verdict.status !== 'valid' || !isAccepted(verdict.token)) {
      const reason = verdict.status === 'valid' ? 'wrong_form' : verdict.status;
      publishRefusal({ entryPoint: 'api', reason, rule: null }, verdict.token, origin);
    }
    if (!isAccepted(verdict.token)) return REFUSED;
    if (verdict.status === 'owner_blocked' || verdict.status === 'owner_unapproved') return { status: 'unusable' };
    if (verdict.status !== 'valid' || !verdict.owner) return REFUSED;
    const { owner: user, token } = verdict;
    const { address, requestId = null, userAgent = null } = origin;
    const actor: Actor = {
      kind: 'user',
      userId: user.id,
      userName: user.name,
      tokenId: token.id,
      admin: user.admin,
      address,
      requestId,
      userAgent,
    };
    const status = token.scopes === null ? 'authenticated' : 'scoped';
    return { status, principal: { user, token, actor } };
  }
}

/** Whether a token is one of a user that is accepted wherever a user's token is: a personal token, or such a login. */
export function actsForUser(token: Token, audience = USER_AUDIENCE): boolean {
  return token instanceof PersonalToken || isLogin(token, audience);
}

/** Whether it was born from a login for this audience. */
function isLogin(token: Token, audience: string): boolean {
  return token instanceof SessionToken && token.audience === audience;
}
