/** Keeps {@link TokenCount} true: in the transaction that adds or removes a token. */
import type { EntityManager } from 'typeorm';
import { TokenCount } from './token-count.entity.js';
import type { Token } from './token.entity.js';

/** Counts a token that was added (1) or removed (-1), if it belongs to an account alone. */
export async function countToken(manager: EntityManager, token: Token, change: 1 | -1): Promise<void> {
  const { id, kind, accountId, userId } = token;
  if (accountId === null || userId !== null) return;
  const part = { accountId, kind, part: Number.parseInt(id.charAt(0), 16) };
  if (await add(manager, part, change)) return;
  await manager
    .createQueryBuilder()
    .insert()
    .into(TokenCount)
    .values({ ...part, tokens: 0 })
    .orIgnore()
    .execute();
  await add(manager, part, change);
}

async function add(
  manager: EntityManager,
  part: Pick<TokenCount, 'accountId' | 'kind' | 'part'>,
  change: number,
): Promise<boolean> {
  const { affected } = await manager.increment(TokenCount, part, 'tokens', change);
  return affected === 1;
}

/** How many tokens of a kind an account has. */
export async function countedTokens(manager: EntityManager, kind: string, accountId: string): Promise<number> {
  return (await manager.sum(TokenCount, 'tokens', { accountId, kind })) ?? 0;
}
