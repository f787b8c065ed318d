/** Re-checks, for many tokens at once, whether previously authenticated callers are still authenticated. */
import { Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import { ChangeRelay, Clock, Token, UnitOfWork, UserDirectory, nextTurn, type DirectoryUser } from '../core/index.js';
import { removedAccounts } from './local-actor-check.js';

/** The current status of a token. `unusable`: it is valid, but its owner is blocked or not approved. */
export type TokenStatus =
  | { readonly status: 'authenticated'; readonly user: DirectoryUser; readonly expiresAt: Date | null }
  | { readonly status: 'refused' | 'unusable' };

/** Number of tokens read by one statement. */
const TOKENS_AT_ONCE = 200;

/** Number of users looked up at the same time. */
const USERS_AT_ONCE = 10;

/** Such slices in one turn of the event loop. */
const SLICES_PER_TURN = 10;

const ASKED = { id: true, userId: true, accountId: true, enabled: true, expiresAt: true, scopes: true } as const;

const REFUSED: TokenStatus = { status: 'refused' };

@Injectable()
export class TokenRevalidator {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly users: UserDirectory,
    private readonly clock: Clock,
    private readonly relay: ChangeRelay,
  ) {}

  /** Whether this instance currently receives every change; if not, a status may have changed without an event. */
  isCurrent(): boolean {
    return this.relay.isCurrent();
  }

  /** The current status of each of these tokens, read from the database; the result contains all of them. */
  async statusesOf(tokenIds: Iterable<string>): Promise<ReadonlyMap<string, TokenStatus>> {
    const ids = [...new Set(tokenIds)];
    const tokens: Token[] = [];
    for (const [at, some] of slices(ids, TOKENS_AT_ONCE).entries()) {
      if (at > 0) await nextTurn();
      tokens.push(...(await this.unitOfWork.read((manager) => tokensOf(manager, some))));
    }
    const users = await this.usersOf(tokens);
    const statuses = new Map<string, TokenStatus>(ids.map((id) => [id, REFUSED]));
    for (const token of tokens) statuses.set(token.id, this.statusOf(token, users.get(token.userId)));
    return statuses;
  }

  private async usersOf(tokens: readonly Token[]): Promise<Map<number | null, DirectoryUser | null>> {
    const users = new Map<number | null, DirectoryUser | null>();
    const ids = [...new Set(tokens.flatMap(({ userId }) => userId ?? []))];
    for (const [at, some] of slices(ids, USERS_AT_ONCE).entries()) {
      if (at > 0 && at % SLICES_PER_TURN === 0) await nextTurn();
      const found = await Promise.all(some.map((id) => this.users.find(id)));
      found.forEach((user, at) => users.set(some[at] ?? null, user));
    }
    return users;
  }

  /** A token that was given scopes opens no API any more. */
  private statusOf({ enabled, expiresAt, scopes }: Token, user: DirectoryUser | null | undefined): TokenStatus {
    if (!user || !enabled || scopes !== null || (expiresAt !== null && expiresAt <= this.clock.now())) return REFUSED;
    return user.status === 'active' ? { status: 'authenticated', user, expiresAt } : { status: 'unusable' };
  }
}

/** Those of the tokens that exist, and whose account does. */
async function tokensOf(manager: EntityManager, ids: string[]): Promise<Token[]> {
  const tokens = await manager.find(Token, { select: ASKED, where: { id: In(ids) } });
  const removed = await removedAccounts(
    manager,
    tokens.map(({ accountId }) => accountId),
  );
  return tokens.filter(({ accountId }) => !removed.has(accountId));
}

function slices<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
}
