/** Lists the logins of users, and ends them one by one or by family. */
import { Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';
import { Clock, UnitOfWork, storedTime, type Actor } from '../../core/index.js';
import { SessionToken } from '../session-token.entity.js';
import { LoginFamilies, type LoginScope } from './login-families.js';

/** Logins that end in one transaction. */
const LOGINS_AT_ONCE = 100;

/** A login that is accepted. */
export interface Login {
  readonly id: string;
  readonly userId: number;
  /** Where it is accepted: `user` wherever a user's token is, or the name of a dialect. */
  readonly audience: string;
  /** The account it is bound to. */
  readonly accountId: string | null;
  /** The personal token that it, or the first login of its family, was made with. */
  readonly parentId: string | null;
  /** The token for whose holder it was opened; `null` for a login of the user. */
  readonly subjectId: string | null;
  /** The same for all logins that were exchanged one for the next. */
  readonly familyId: string;
  readonly familyBeganAt: Date;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** Accurate to about a minute. */
  readonly lastSeenAt: Date | null;
  readonly lastSeenAddress: string | null;
  readonly lastSeenAgent: string | null;
}

/** Lists the logins of users, and ends them. */
@Injectable()
export class LoginService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly families: LoginFamilies,
    private readonly clock: Clock,
  ) {}

  /** A user's logins that are accepted, oldest first; there are at most `LOGINS_PER_USER`. */
  async list(userId: number): Promise<Login[]> {
    const now = this.clock.now();
    const rows = await this.unitOfWork.read((manager) =>
      manager
        .createQueryBuilder(SessionToken, 'login')
        .addSelect(['login.familyId', 'login.familyBeganAt'])
        .where({ userId, expiresAt: MoreThan(storedTime(now)) })
        .orderBy('login.createdAt', 'ASC')
        .addOrderBy('login.id', 'ASC')
        .getMany(),
    );
    return rows.map(loginOf);
  }

  /**
   * Ends a login of a user, or all of its family. When it returns, no instance accepts them.
   * @returns how many have ended
   * @throws DomainError `token_not_found`
   */
  end(actor: Actor, userId: number, id: string, scope: LoginScope = 'login'): Promise<number> {
    return this.unitOfWork.write(actor, (tx) => this.families.end(tx, { id, userId }, scope));
  }

  /**
   * Ends all logins of a user. When it returns, no instance accepts them.
   * @returns how many have ended
   */
  async endAll(actor: Actor, userId: number): Promise<number> {
    let ended = 0;
    // The author may have ended their own login with the others.
    for (
      let author = actor, isMore = true;
      isMore;
      author = actor.userId === userId ? { ...actor, tokenId: null } : actor
    ) {
      const count = await this.unitOfWork.write(author, (tx) => this.families.endSome(tx, userId, LOGINS_AT_ONCE));
      ended += count;
      isMore = count === LOGINS_AT_ONCE;
    }
    return ended;
  }
}

function loginOf(row: SessionToken): Login {
  const { id, userId, audience, accountId, parentId, subjectId, createdAt, expiresAt, lastSeenAt } = row;
  const { lastSeenAddress, lastSeenAgent } = row;
  const family = { familyId: row.familyId ?? id, familyBeganAt: row.familyBeganAt ?? createdAt };
  return {
    id,
    userId,
    audience,
    accountId,
    parentId,
    subjectId,
    ...family,
    createdAt,
    // A constraint of the table: every login has an end.
    expiresAt: expiresAt ?? createdAt,
    lastSeenAt,
    lastSeenAddress,
    lastSeenAgent,
  };
}
