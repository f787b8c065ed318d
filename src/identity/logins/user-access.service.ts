/** Ends everything that a person can present: their tokens, their logins, and the tokens that were issued for them. */
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import {
  DomainError,
  LongReads,
  Token,
  TokenRevoked,
  TokenService,
  UnitOfWork,
  UserDirectory,
  type Actor,
  type DirectoryUser,
  type Transaction,
} from '../../core/index.js';
import { UserAccessEnded } from '../changes.js';
import { User } from '../user.entity.js';
import { userNotFound } from '../user-row-lock.js';
import { createdTokens, ownTokens, tokensOf, type UserAccess } from './user-access.js';

/** Tokens that end in one transaction. Nearly everybody has fewer of their own: these end together, or not at all. */
const OWN_AT_ONCE = 200;
/** Each of these is locked by itself, which takes more time. */
const CREATED_AT_ONCE = 25;

/** What to do about a person's access. */
export interface EndAccessOptions {
  /** Only tells what would end. */
  readonly dryRun?: boolean;
  /** The kinds (Token.kind) of tokens of accounts to end. Default: all that they created. */
  readonly createdKinds?: readonly string[];
}

/** Ends all access of a person in one call, with a dry run. */
@Injectable()
export class UserAccessService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
    private readonly tokens: TokenService,
    private readonly users: UserDirectory,
  ) {}

  /**
   * Ends all tokens that act for a user (personal tokens and logins of every dialect), and the tokens of accounts that
   * were issued on their behalf. The user can still log in with a password: block them to prevent that. A user who was
   * deleted may have left tokens of accounts, which end too.
   *
   * The user's own tokens end first. When it returns, no instance accepts any of them. What fails in between has ended a
   * part; the next call ends the rest. Tokens that they created for other users stay, and are reported.
   * @returns what has ended, or would end
   * @throws DomainError `user_not_found`; `last_admin` if no administrator could sign in any more
   */
  async end(
    actor: Actor,
    userId: number,
    { dryRun = false, createdKinds }: EndAccessOptions = {},
  ): Promise<UserAccess> {
    const found = await tokensOf(this.reads, actor.userId, userId, createdKinds);
    const user = await this.users.find(userId);
    if (!user && isNothing(found)) throw userNotFound(userId);
    if (dryRun) return found;
    const own = await this.endOwn(actor, userId, user, found);
    // The author may have ended their own token with the rest.
    const author = actor.userId === userId ? { ...actor, tokenId: null } : actor;
    const created = await this.endCreated(author, userId, createdKinds);
    return { ...found, own, created };
  }

  private async endOwn(
    actor: Actor,
    userId: number,
    user: DirectoryUser | null,
    found: UserAccess,
  ): Promise<Record<string, number>> {
    const ended: Record<string, number> = {};
    let author = actor;
    for (let isFirst = true, isMore = true; isMore; isFirst = false) {
      const batch = await this.unitOfWork.write(author, async (tx) => {
        // Waits for what the user has begun, and lets them begin nothing until this is done.
        await tx.lockRule({ kind: User.lock.kind, id: String(userId) });
        if (isFirst && user && !isNothing(found)) tx.record(new UserAccessEnded(user, { ...found }));
        return removeOwn(tx, userId);
      });
      for (const { kind } of batch) ended[kind] = (ended[kind] ?? 0) + 1;
      isMore = batch.length === OWN_AT_ONCE;
      if (actor.userId === userId) author = { ...actor, tokenId: null };
    }
    return ended;
  }

  private async endCreated(
    author: Actor,
    userId: number,
    kinds: readonly string[] | undefined,
  ): Promise<Record<string, number>> {
    const ended: Record<string, number> = {};
    for (let isMore = true; isMore;) {
      const batch = await this.unitOfWork.write(author, async (tx) => {
        const tokens = await createdTokens(tx.manager, userId, kinds).take(CREATED_AT_ONCE).getMany();
        // In the order of locks.
        tokens.sort((one, other) => (one.id < other.id ? -1 : 1));
        for (const token of tokens) await this.revoke(tx, token);
        return tokens;
      });
      for (const { kind } of batch) ended[kind] = (ended[kind] ?? 0) + 1;
      isMore = batch.length === CREATED_AT_ONCE;
    }
    return ended;
  }

  private async revoke(tx: Transaction, { id, accountId }: Token): Promise<void> {
    try {
      await this.tokens.revoke(tx, Token, { id, accountId: String(accountId) });
    } catch (error) {
      // Somebody else was faster.
      if (!(error instanceof DomainError && error.code === 'token_not_found')) throw error;
      tx.alreadyRevoked();
    }
  }
}

/** Removes the oldest tokens of the user, whose lock is held. */
async function removeOwn(tx: Transaction, userId: number): Promise<Token[]> {
  const tokens = await ownTokens(tx.manager, userId).take(OWN_AT_ONCE).getMany();
  if (tokens.length === 0) {
    tx.alreadyRevoked();
    return tokens;
  }
  await tx.manager.delete(Token, { userId, id: In(tokens.map(({ id }) => id)) });
  for (const token of tokens) tx.record(new TokenRevoked(token));
  return tokens;
}

function isNothing({ own, created, createdForOthers }: UserAccess): boolean {
  return [own, created, createdForOthers].every((kinds) => Object.keys(kinds).length === 0);
}
