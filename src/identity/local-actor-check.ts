/** Checks authors against our own users table. */
import { Injectable } from '@nestjs/common';
import {
  ActorCheck,
  DomainError,
  Token,
  findRow,
  type Actor,
  type AuthorChange,
  type Transaction,
} from '../core/index.js';
import { User } from './user.entity.js';

@Injectable()
export class LocalActorCheck extends ActorCheck {
  async confirm(tx: Transaction, actor: Actor, changing: AuthorChange): Promise<void> {
    const { userId, tokenId, admin } = actor;
    if (userId === null || tokenId === null) return;
    const users = changing === 'users' ? 'change' : 'share';
    if (admin) await tx.hold(users, 'users', 'administrators');
    await tx.hold(users, 'user', userId);
    await tx.hold(changing === 'token' ? 'change' : 'share', 'token', tokenId);

    const user = await findRow(tx.manager, User, { id: userId });
    const token = await findRow(tx.manager, Token, { id: tokenId, userId });
    const isValid = token?.enabled && (token.expiresAt === null || token.expiresAt > tx.now);
    if (!user || !isValid) throw new DomainError('unauthenticated', 'the credential is not accepted any more');
    if (user.blocked || !user.approved || (admin && !user.admin)) {
      throw new DomainError('not_permitted', 'the user may not do this any more');
    }
  }
}
