/** Describes tokens of every kind for the code of hosts. */
import { Injectable } from '@nestjs/common';
import { Clock, ManagedKinds, overlapRuns, stateOf, type Token } from '../core/index.js';
import type { Presented } from './token-manager.js';
import type { IssuedToken, TokenInfo } from './tokens-api.types.js';

@Injectable()
export class TokenInfos {
  constructor(
    private readonly kinds: ManagedKinds,
    private readonly clock: Clock,
  ) {}

  /** @param token - read with what tells whether its overlap runs */
  of(token: Token): TokenInfo {
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
      owner: userId === null ? null : String(userId),
      createdBy,
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

  issued(token: Token, { secret, parts }: Presented): IssuedToken {
    return { token: this.of(token), secret, headers: () => ({ ...parts?.headers }) };
  }
}

function overlapOf(token: Token, now: Date): TokenInfo['overlap'] {
  const { previousSecretExpiresAt: endsAt, previousLastSeenAt: lastUsedAt } = token;
  return endsAt && overlapRuns(token, now) ? { endsAt, lastUsedAt } : null;
}
