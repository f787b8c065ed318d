/** Removes what this server keeps of a user of a host. The user themselves are the host's. */
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { Token, TokenRevoked, UnitOfWork, type Actor, type Transaction } from '../../core/index.js';
import { MemberRemoved } from '../changes.js';
import { KnownNetwork } from '../guessing/known-network.entity.js';
import { ownTokens } from '../logins/user-access.js';
import { Membership } from '../membership.entity.js';
import { User } from '../user.entity.js';

/** Rows that are removed in one transaction. */
const ROWS_AT_ONCE = 200;

@Injectable()
export class HostUserRows {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Their tokens, logins and memberships. When it returns, no instance accepts any of these tokens. */
  async remove(actor: Actor, userId: number): Promise<void> {
    for (let isMore = true; isMore;) {
      isMore = await this.unitOfWork.write(actor, async (tx) => {
        // Lets them begin nothing until this is done.
        await tx.lockRule({ kind: User.lock.kind, id: String(userId) });
        const removed = (await removeTokens(tx, userId)) + (await removeMemberships(tx, userId));
        if (removed === 0) await tx.manager.delete(KnownNetwork, { userId });
        return removed > 0;
      });
    }
  }
}

async function removeTokens(tx: Transaction, userId: number): Promise<number> {
  const tokens = await ownTokens(tx.manager, userId).take(ROWS_AT_ONCE).getMany();
  if (tokens.length > 0) await tx.manager.delete(Token, { userId, id: In(tokens.map(({ id }) => id)) });
  for (const token of tokens) tx.record(new TokenRevoked(token));
  return tokens.length;
}

async function removeMemberships(tx: Transaction, userId: number): Promise<number> {
  const memberships = await tx.manager.find(Membership, { where: { userId }, take: ROWS_AT_ONCE });
  if (memberships.length > 0) await tx.manager.delete(Membership, { id: In(memberships.map(({ id }) => id)) });
  for (const membership of memberships) tx.record(new MemberRemoved(membership));
  return memberships.length;
}
