/** Translates rules of policies: between those that are declared and those that are stored. */
import type { EntityManager } from 'typeorm';
import type { Rule } from '../applications/index.js';
import { Token } from '../core/index.js';
import type { DeclaredRule } from './form.js';

/** The tokens of an account, which rules name by id or handle. */
export interface TokenNames {
  readonly manager: EntityManager;
  readonly accountId: string;
  readonly kind: string;
}

/**
 * The rules as they are stored.
 * @param missing - gets the names of tokens that are not here; their rules are left out
 */
export async function storedRules(
  rules: readonly DeclaredRule[] | undefined,
  names: TokenNames,
  missing: (token: string, at: number) => void,
): Promise<Rule[]> {
  const stored: Rule[] = [];
  for (const [at, rule] of (rules ?? []).entries()) {
    const { token, ip, other, value } = rule;
    if (token !== undefined) {
      const tokenId = await tokenIdOf(names, token);
      if (tokenId === undefined) missing(token, at);
      else stored.push({ type: 'token', tokenId });
    } else if (ip !== undefined) stored.push({ type: 'ip', range: ip });
    else if (other !== undefined) stored.push({ type: 'other', name: other, value: value ?? {} });
    else stored.push({ type: rule.everyone ? 'everyone' : 'any_token' });
  }
  return stored;
}

async function tokenIdOf({ manager, accountId, kind }: TokenNames, name: string): Promise<string | undefined> {
  const found = await manager.find(Token, {
    where: [
      { kind, accountId, id: name },
      { kind, accountId, handle: name },
    ],
    take: 2,
  });
  return (found.find(({ id }) => id === name) ?? found[0])?.id;
}

/** A rule as it is declared. @param handles - of tokens by their ids */
export function declaredRule(rule: Rule, handles: ReadonlyMap<string, string>): DeclaredRule {
  switch (rule.type) {
    case 'token':
      return { token: handles.get(rule.tokenId) ?? rule.tokenId };
    case 'any_token':
      return { any_token: true };
    case 'everyone':
      return { everyone: true };
    case 'ip':
      return { ip: rule.range };
    default:
      return { other: rule.name, value: rule.value };
  }
}
