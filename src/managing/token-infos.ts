/** Describes tokens of every kind for the code of hosts. */
import { Injectable } from '@nestjs/common';
import { Clock, ManagedKinds, UserDirectory, overlapRuns, stateOf, type Token, type WorkUnit } from '../core/index.js';
import type { TokenInfo } from './tokens-api.types.js';

@Injectable()
export class TokenInfos {
  constructor(
    private readonly kinds: ManagedKinds,
    private readonly clock: Clock,
    private readonly users: UserDirectory,
  ) {}

  /** @param token - read with what tells whether its overlap runs */
  async one(unit: WorkUnit, token: Token): Promise<TokenInfo> {
    return this.info(token, await this.users.idsOf(peopleOf(token), unit));
  }

  /** In the same order. */
  async all(unit: WorkUnit, tokens: readonly Token[]): Promise<TokenInfo[]> {
    const ids = await this.users.idsOf(tokens.flatMap(peopleOf), unit);
    return tokens.map((token) => this.info(token, ids));
  }

  private info(token: Token, ids: ReadonlyMap<number, string>): TokenInfo {
    const kind = this.kinds.of(token);
    const now = this.clock.now();
    const { name, clientId, handle: hint, expiresAt } = kind.describe(token);
    const { id, accountId, userId, createdBy, createdAt, updatedAt, secretVersion, lastSeenAt } = token;
    return {
      id,
      kind: token.kind,
      name,
      clientId,
      hint,
      account: accountId,
      owner: userId === null ? null : (ids.get(userId) ?? String(userId)),
      createdBy: createdBy === null ? null : (ids.get(Number(createdBy)) ?? createdBy),
      scopes: token.scopes,
      state: stateOf(token, now),
      createdAt,
      updatedAt,
      expiresAt,
      version: secretVersion,
      lastUsedAt: lastSeenAt,
      overlap: overlapOf(token, now),
      abilities: kind.abilities,
    };
  }
}

function overlapOf(token: Token, now: Date): TokenInfo['overlap'] {
  const { previousSecretExpiresAt: endsAt, previousLastSeenAt: lastUsedAt } = token;
  return endsAt && overlapRuns(token, now) ? { endsAt, lastUsedAt } : null;
}

/** The numbers of those whom it names. */
function peopleOf({ userId, createdBy }: Token): number[] {
  return [...(userId === null ? [] : [userId]), ...(createdBy === null ? [] : [Number(createdBy)])];
}
