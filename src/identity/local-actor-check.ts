/** Checks the authors of changes against the user directory and the rows of their tokens. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  ActorCheck,
  DomainError,
  RemovedOwner,
  Token,
  UserDirectory,
  findRow,
  type Actor,
  type DirectoryUser,
  type Transaction,
} from '../core/index.js';
import { SessionToken } from './session-token.entity.js';

@Injectable()
export class LocalActorCheck extends ActorCheck {
  constructor(private readonly users: UserDirectory) {
    super();
  }

  async authorize(tx: Transaction, actor: Actor): Promise<DirectoryUser | null> {
    const { kind, userId, tokenId, admin, hostSignIn } = actor;
    if (tokenId === null && !hostSignIn) return null;
    if (kind === 'service' && tokenId !== null) {
      ({ scopes: tx.actorScopes } = await this.requireToken(tx, { id: tokenId }));
      return null;
    }
    if (userId === null) throw notAccepted();
    const user = await this.users.lockShared(tx, userId);
    const token = tokenId === null ? null : await this.requireToken(tx, { id: tokenId, userId });
    if (!user) throw notAccepted();
    if (user.status !== 'active' || (admin && !user.admin)) {
      throw new DomainError('not_permitted', 'the user may not do this any more');
    }
    if (token) await this.requireParent(tx, token);
    tx.actorScopes = (token ?? hostSignIn)?.scopes ?? null;
    return user;
  }

  /** The author's token, which is locked as shared and accepted still. */
  private async requireToken(tx: Transaction, { id, ...owner }: Pick<Token, 'id'> & Partial<Token>): Promise<Token> {
    const token = await tx.lockShared(Token, { id }, owner);
    const isAccepted = token?.enabled && (token.expiresAt === null || token.expiresAt > tx.now);
    if (!isAccepted) throw notAccepted();
    const { accountId } = token;
    if (accountId !== null && (await removedAccounts(tx.manager, [accountId])).size > 0) throw notAccepted();
    return token;
  }

  /** A login ends with the personal token it was created with, so a revocation of that token waits as well. */
  private async requireParent(tx: Transaction, token: Token): Promise<void> {
    if (!(token instanceof SessionToken) || token.parentId === null) return;
    if (!(await tx.lockShared(Token, { id: token.parentId }))) throw notAccepted();
  }
}

function notAccepted(): DomainError {
  return new DomainError('unauthenticated', 'the credential is not accepted any more');
}

/** Those of these accounts that are deleted, while rows are left of them. Their tokens are not accepted. */
export async function removedAccounts(
  manager: EntityManager,
  accountIds: Iterable<string | null>,
): Promise<ReadonlySet<string | null>> {
  const removed = new Set<string | null>();
  for (const id of new Set(accountIds)) {
    if (id !== null && (await findRow(manager, RemovedOwner, { kind: 'account', id }))) removed.add(id);
  }
  return removed;
}
