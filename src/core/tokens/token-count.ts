/** Keeps {@link TokenCount} correct, in the transaction that adds or removes a token. */
import type { EntityManager } from 'typeorm';
import { TokenCount } from './token-count.entity.js';
import type { Token } from './token.entity.js';

/** Counts a token that was added (1) or removed (-1), if it belongs to an account and not to a user. */
export async function countToken(manager: EntityManager, token: Token, change: 1 | -1): Promise<void> {
  const { id, kind, accountId, userId } = token;
  if (accountId === null || userId !== null) return;
  const parameters = [accountId, kind, Number.parseInt(id.slice(-1), 16), change];
  const values = parameters.map((_, at) => manager.dataSource.driver.createParameter('', at)).join(', ');
  await manager.query(
    `INSERT INTO "latchkey_token_count" ("account_id", "kind", "part", "tokens") VALUES (${values}) ` +
      'ON CONFLICT ("account_id", "kind", "part") ' +
      'DO UPDATE SET "tokens" = "latchkey_token_count"."tokens" + excluded."tokens"',
    parameters,
  );
}

/** The number of tokens of a kind in an account. */
export async function countedTokens(manager: EntityManager, kind: string, accountId: string): Promise<number> {
  return (await manager.sum(TokenCount, 'tokens', { accountId, kind })) ?? 0;
}
