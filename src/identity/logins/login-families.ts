/** The families of logins that were exchanged one for the next: their end, their number, and how they are left. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  dataSourceOf,
  DomainError,
  Token,
  TokenService,
  findRow,
  type NewToken,
  type TokenRef,
  type Transaction,
} from '../../core/index.js';
import type { Values } from '../../settings/index.js';
import type { USER_TOKEN_SETTINGS } from '../identity.settings.js';
import { RecordedTime } from '../recorded-time.js';
import { SessionToken } from '../session-token.entity.js';
import { lockUserForUpdate } from '../user-row-lock.js';
import { USER_TOKEN_OPTIONS } from './user-token-options.js';

const DAY_MS = 86_400_000;

/** Oldest logins that one new login ends. Where a lower limit left more of them, the next logins end the others. */
const ENDED_AT_ONCE = 20;

/** What a new login has of its family. */
type FamilyColumns = Pick<NewToken<SessionToken>, 'handle' | 'expiresAt' | 'parentId' | 'familyId' | 'familyBeganAt'>;

/** Which logins end: one, or all of its family. */
export type LoginScope = 'login' | 'family';

@Injectable()
export class LoginFamilies {
  constructor(
    private readonly tokens: TokenService,
    @Inject(USER_TOKEN_OPTIONS) private readonly options: Values<typeof USER_TOKEN_SETTINGS>,
    private readonly time: RecordedTime,
  ) {}

  /**
   * The columns of a new login, which continues the family of the login that it is exchanged for, or begins one. It
   * never outlives its family, the personal token that the family began with, or its subject.
   * @param by - the token that it is exchanged for, and that for whose holder it is
   * @throws DomainError `invalid_login` if the family is at its end
   */
  async columnsOfNext(
    tx: Transaction,
    { presented, subject }: { readonly presented?: Token; readonly subject?: Pick<Token, 'expiresAt'> | undefined },
    lifetimeSeconds: number,
  ): Promise<FamilyColumns> {
    const handle = randomUUID();
    const before = presented instanceof SessionToken ? await familyOf(tx, presented) : undefined;
    const { id, beganAt } = before ?? { id: handle, beganAt: tx.now };
    const { loginFamilyDays: days } = this.options;
    const end = days === 0 ? Number.POSITIVE_INFINITY : beganAt.getTime() + days * DAY_MS;
    if (end <= tx.now.getTime()) {
      throw new DomainError(
        'invalid_login',
        `${String(days)} days after the first login it cannot be prolonged again; log in with e-mail and password`,
      );
    }
    const parent = await parentOf(tx, presented);
    const ends = [parent?.expiresAt, subject?.expiresAt].map((time) => time?.getTime() ?? Number.POSITIVE_INFINITY);
    return {
      handle,
      expiresAt: new Date(Math.min(tx.now.getTime() + lifetimeSeconds * 1000, end, ...ends)),
      parentId: parent?.id ?? null,
      familyId: id,
      familyBeganAt: beganAt,
    };
  }

  /**
   * Ends the oldest logins of a user who has reached the limit. Hold the user's lock.
   * @returns how many have ended
   */
  async makeRoom(tx: Transaction, userId: number): Promise<number> {
    const { loginsPerUser } = this.options;
    if (loginsPerUser === 0) return 0;
    const excess = (await countOf(tx, userId)) - loginsPerUser + 1;
    if (excess <= 0) return 0;
    return this.endAll(tx, await oldestOf(tx, userId, Math.min(excess, ENDED_AT_ONCE)));
  }

  /**
   * Ends the oldest logins of a user, and lets nobody log in as this user until then.
   * @returns how many have ended: fewer than `limit` only if none is left
   */
  async endSome(tx: Transaction, userId: number, limit: number): Promise<number> {
    await lockUserForUpdate(tx, userId);
    return this.endAll(tx, await oldestOf(tx, userId, limit));
  }

  /** Removes the logins of a user that have expired. No change is recorded: they were already not accepted. */
  async removeExpired(tx: Transaction, userId: number): Promise<void> {
    const now = dataSourceOf(tx.manager).driver.createParameter('', 1);
    const time = await this.time.of(tx);
    await tx.manager.query(`DELETE ${loginsOf(tx)} AND "expires_at" <= ${now}`, [userId, time.getTime()]);
  }

  /**
   * Ends a login of a user, or its whole family.
   * @param scope - default: as the setting says what a logout ends
   * @returns how many have ended
   * @throws DomainError `token_not_found`
   */
  async end(
    tx: Transaction,
    { id, userId }: Pick<SessionToken, 'id' | 'userId'>,
    scope: LoginScope = this.options.logoutEnds,
  ): Promise<number> {
    if (scope === 'login') {
      await this.tokens.revoke(tx, SessionToken, { id, userId });
      return 1;
    }
    // Nobody exchanges one of them until this is done.
    await lockUserForUpdate(tx, userId);
    const login = await tx.manager.findOneBy(SessionToken, { id, userId });
    if (!login) throw new DomainError('token_not_found', 'no such login');
    const { id: familyId } = await familyOf(tx, login);
    const relatives = await tx.manager.find(SessionToken, {
      select: { id: true, userId: true },
      where: [
        { userId, familyId },
        { userId, id: familyId },
      ],
    });
    return this.endAll(tx, relatives);
  }

  /** Ends the logins that were opened for the holder of a token, except one. */
  async endOf(tx: Transaction, subjectId: string, exceptId: string | null): Promise<void> {
    const found = await tx.manager.find(SessionToken, { select: { id: true, userId: true }, where: { subjectId } });
    for (const { id, userId } of found) {
      // A concurrent request may have ended it, and may still wait until every instance knows.
      const isLeft = id !== exceptId && (await tx.lockForUpdate(SessionToken, { id }));
      if (isLeft) await this.tokens.revoke(tx, SessionToken, { id, userId });
      else if (id !== exceptId) tx.alreadyRevoked();
    }
  }

  private async endAll(tx: Transaction, logins: readonly TokenRef[]): Promise<number> {
    // In the order of locks.
    const ordered = [...logins].sort((one, other) => (one.id < other.id ? -1 : 1));
    for (const login of ordered) await this.tokens.revoke(tx, SessionToken, login);
    return ordered.length;
  }
}

/** The personal token that a login begins or goes on with. */
async function parentOf(
  tx: Transaction,
  presented: Token | undefined,
): Promise<Pick<Token, 'id' | 'expiresAt'> | undefined> {
  if (!(presented instanceof SessionToken)) return presented;
  const { parentId } = presented;
  return parentId === null
    ? undefined
    : ((await findRow(tx.manager, Token, { id: parentId })) ?? { id: parentId, expiresAt: null });
}

async function familyOf(tx: Transaction, { id, createdAt }: SessionToken): Promise<{ id: string; beganAt: Date }> {
  const row = await tx.manager.findOne(SessionToken, {
    select: { id: true, familyId: true, familyBeganAt: true },
    where: { id },
  });
  return { id: row?.familyId ?? id, beganAt: row?.familyBeganAt ?? createdAt };
}

async function oldestOf(tx: Transaction, userId: number, limit: number): Promise<TokenRef[]> {
  const rows = await tx.manager.query<{ id: string }[]>(
    `SELECT "id" ${loginsOf(tx)} ORDER BY "created_at", "id" LIMIT ${String(limit)}`,
    [userId],
  );
  return rows.map(({ id }) => ({ id, userId }));
}

async function countOf(tx: Transaction, userId: number): Promise<number> {
  const [row] = await tx.manager.query<{ count: string | number }[]>(`SELECT COUNT(*) AS "count" ${loginsOf(tx)}`, [
    userId,
  ]);
  return Number(row?.count ?? 0);
}

/**
 * The logins of the user who is the first parameter. These statements run at each login, and building them takes TypeORM
 * several times as long as the database takes to run them.
 */
function loginsOf(tx: Transaction): string {
  return `FROM "latchkey_token" WHERE "kind" = 'session' AND "user_id" = ${dataSourceOf(tx.manager).driver.createParameter('', 0)}`;
}
