/** Lets parts of the server end what depends on a token, whichever way the token is changed or removed. */
import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/transaction.js';
import type { Token } from './token.entity.js';

/**
 * Called in the transaction of the change, after it.
 * @param fields - the columns that were given other values; `null` if the token was removed
 */
export type TokenFollower = (
  tx: Transaction,
  token: Readonly<Token>,
  fields: readonly string[] | null,
) => Promise<void>;

/** The followers of tokens, by kind. */
@Injectable()
export class TokenDependents {
  private readonly byKind = new Map<string, TokenFollower>();

  /** @throws Error if the kind has a follower already */
  register(kind: string, follower: TokenFollower): void {
    if (this.byKind.has(kind)) throw new Error(`tokens of the kind ${kind} have a follower already`);
    this.byKind.set(kind, follower);
  }

  /** Tells the follower, if there is one. */
  async follow(tx: Transaction, token: Readonly<Token>, fields: readonly string[] | null): Promise<void> {
    await this.byKind.get(token.kind)?.(tx, token, fields);
  }
}
