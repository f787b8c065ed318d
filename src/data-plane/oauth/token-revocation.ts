/** Revokes a token of any kind on behalf of a caller that may do so. */
import { Injectable } from '@nestjs/common';
import { DomainError, Token, TokenService, UnitOfWork, type Actor, type Transaction } from '../../core/index.js';
import { AccountService, PersonalToken, PersonalTokenService, SessionToken } from '../../identity/index.js';

@Injectable()
export class TokenRevocation {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tokens: TokenService,
    private readonly personalTokens: PersonalTokenService,
    private readonly accounts: AccountService,
  ) {}

  /** When this returns, no instance accepts the token. It is not an error if the token no longer exists. */
  async revoke(actor: Actor, token: Readonly<Token>): Promise<void> {
    try {
      await this.byKind(actor, token);
    } catch (error) {
      if (!(error instanceof DomainError && error.code === 'token_not_found')) throw error;
      await this.awaitPropagation();
    }
  }

  /** The same for a token that no longer exists, because another caller may still be revoking it. */
  awaitPropagation(): Promise<void> {
    return this.unitOfWork.awaitPropagation();
  }

  private byKind(actor: Actor, token: Readonly<Token>): Promise<unknown> {
    const { id, userId, accountId } = token;
    if (token instanceof PersonalToken) return this.personalTokens.revoke(actor, token);
    if (token instanceof SessionToken || accountId === null) {
      // A token without an account always has a user.
      return this.unitOfWork.write(actor, (tx) => this.tokens.revoke(tx, Token, { id, userId: Number(userId) }));
    }
    const work = (tx: Transaction): Promise<unknown> => this.tokens.revoke(tx, Token, { id, accountId });
    // A service is no member of its account; it may revoke only itself.
    const isItself = actor.kind === 'service' && actor.tokenId === id;
    return isItself ? this.unitOfWork.write(actor, work) : this.accounts.change(actor, accountId, work);
  }
}
