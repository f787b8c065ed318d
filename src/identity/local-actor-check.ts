/** Checks authors against the user directory and their tokens' rows. */
import { Injectable } from '@nestjs/common';
import {
  ActorCheck,
  DomainError,
  Token,
  UserDirectory,
  findRow,
  type Actor,
  type AuthorChange,
  type Transaction,
} from '../core/index.js';

@Injectable()
export class LocalActorCheck extends ActorCheck {
  constructor(private readonly users: UserDirectory) {
    super();
  }

  async authorize(tx: Transaction, actor: Actor, changing: AuthorChange): Promise<void> {
    const { userId, tokenId, admin } = actor;
    if (userId === null || tokenId === null) return;
    const changesUsers = changing === 'users';
    if (admin) await tx.hold(changesUsers ? 'change' : 'share', 'users', 'administrators');
    const user = await this.users.hold(tx, userId, changesUsers);
    await tx.hold(changing === 'token' ? 'change' : 'share', 'token', tokenId);

    const token = await findRow(tx.manager, Token, { id: tokenId, userId });
    const isValid = token?.enabled && (token.expiresAt === null || token.expiresAt > tx.now);
    if (!user || !isValid) throw new DomainError('unauthenticated', 'the credential is not accepted any more');
    if (user.status !== 'active' || (admin && !user.admin)) {
      throw new DomainError('not_permitted', 'the user may not do this any more');
    }
  }
}
