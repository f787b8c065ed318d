/** Checks authors against our own users table. */
import { Injectable } from '@nestjs/common';
import { ActorCheck, DomainError, Token, type Actor, type AuthorChange, type Transaction } from '../core/index.js';
import { User } from './user.entity.js';

@Injectable()
export class LocalActorCheck extends ActorCheck {
  async confirm(tx: Transaction, actor: Actor, changing: AuthorChange): Promise<void> {
    const { userId, tokenId, admin } = actor;
    if (userId === null || tokenId === null) return;
    const user = await heldUser(tx, userId, admin, changing);
    const named = { where: { id: tokenId, userId } };
    const [token] = await (changing === 'token' ? tx.lock(Token, named) : tx.share(Token, named));
    const isValid = token?.enabled && (token.expiresAt === null || token.expiresAt > tx.now);
    if (!user || !isValid) throw new DomainError('unauthenticated', 'the credential is not accepted any more');
    if (user.blocked || !user.approved || (admin && !user.admin)) {
      throw new DomainError('not_permitted', 'the user may not do this any more');
    }
  }
}

async function heldUser(
  tx: Transaction,
  id: number,
  admin: boolean,
  changing: AuthorChange,
): Promise<User | undefined> {
  if (changing !== 'users') return (await tx.share(User, { where: { id } }))[0];
  // Administrators who change users hold all of their kind, in one order: two of them take turns.
  if (admin) await tx.lock(User, { where: { admin: true }, order: { id: 'ASC' } });
  return (await tx.lock(User, { where: { id } }))[0];
}
