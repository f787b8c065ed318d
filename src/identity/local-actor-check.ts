/** Checks authors against our own users table. */
import { Injectable } from '@nestjs/common';
import { ActorCheck, DomainError, Token, type Actor, type Transaction } from '../core/index.js';
import { User } from './user.entity.js';

@Injectable()
export class LocalActorCheck extends ActorCheck {
  async confirm(tx: Transaction, { userId, tokenId, admin }: Actor): Promise<void> {
    if (userId === null || tokenId === null) return;
    const [user] = await tx.share(User, { where: { id: userId } });
    const [token] = await tx.share(Token, { where: { id: tokenId, userId } });
    const isValid = token?.enabled && (token.expiresAt === null || token.expiresAt > tx.now);
    if (!user || !isValid) throw new DomainError('unauthenticated', 'the credential is not accepted any more');
    if (user.blocked || !user.approved || (admin && !user.admin)) {
      throw new DomainError('not_permitted', 'the user may not do this any more');
    }
  }
}
