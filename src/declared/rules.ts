/** Translates rules of policies: between those that are declared and those that are stored. */
import { In, type EntityManager } from 'typeorm';
import type { Rule } from '../applications/index.js';
import { Token, dataSourceOf, rowsWith } from '../core/index.js';
import type { DeclaredRule } from './form.js';

/** The tokens that rules name by id or handle. */
export interface NamedTokens {
  /** The id of a token of an account; `undefined` if it has none of that kind and name. */
  idOf(accountId: string, kind: string, name: string): string | undefined;
}

/** Reads the tokens of these ids and handles. */
export async function namedTokens(manager: EntityManager, names: Iterable<string>): Promise<NamedTokens> {
  const wanted = [...new Set(names)];
  const byId = new Map((await rowsWith(manager, Token, 'id', wanted)).map((token) => [token.id, token]));
  const kinds = dataSourceOf(manager)
    .getMetadata(Token)
    .childEntityMetadatas.map(({ discriminatorValue = '' }) => discriminatorValue);
  // The columns that the index begins with. Handles that are unique within an account only name no token here.
  const rows = await rowsWith(manager, Token, 'handle', wanted, { kind: In(kinds), handleScope: '' });
  const byHandle = new Map(rows.map((token) => [`${token.kind} ${token.handle}`, token]));
  const isOf = (token: Token | undefined, accountId: string, kind: string): token is Token =>
    token?.accountId === accountId && token.kind === kind;
  return {
    idOf: (accountId, kind, name) => {
      const found = [byId.get(name), byHandle.get(`${kind} ${name}`)];
      return found.find((token) => isOf(token, accountId, kind))?.id;
    },
  };
}

/** The names of tokens in rules. */
export function namesIn(lists: readonly (readonly DeclaredRule[] | undefined)[]): string[] {
  return lists.flatMap((rules) => (rules ?? []).flatMap(({ token }) => token ?? []));
}

/**
 * The rules as they are stored.
 * @param idOf - the id of the token of a name
 * @param missing - gets the names of tokens that are not here; their rules are left out
 */
export function storedRules(
  rules: readonly DeclaredRule[] | undefined,
  idOf: (name: string) => string | undefined,
  missing: (token: string, at: number) => void,
): Rule[] {
  const stored: Rule[] = [];
  for (const [at, rule] of (rules ?? []).entries()) {
    const { token, ip, other, value } = rule;
    if (token !== undefined) {
      const tokenId = idOf(token);
      if (tokenId === undefined) missing(token, at);
      else stored.push({ type: 'token', tokenId });
    } else if (ip !== undefined) stored.push({ type: 'ip', range: ip });
    else if (other !== undefined) stored.push({ type: 'other', name: other, value: value ?? {} });
    else stored.push({ type: rule.everyone ? 'everyone' : 'any_token' });
  }
  return stored;
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
