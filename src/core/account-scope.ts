/** The accounts of which a reader sees the rows: a few by their ids, any number by a condition. */
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** So many accounts are named one by one: statements take a limited number of values, and loops take turns. */
export const FEW_ACCOUNTS = 200;

/** Accounts of which a reader sees the rows. */
export interface AccountScope {
  has(id: string): boolean;
  /** The ids; `undefined` if there are more than {@link FEW_ACCOUNTS}. */
  readonly few: readonly string[] | undefined;
  /**
   * Adds what it needs to the parameters of a query.
   * @param column - holds the id of an account, for example `row.accountId`
   * @returns an SQL condition, for any number of accounts
   */
  condition<E extends ObjectLiteral>(query: SelectQueryBuilder<E>, column: string): string;
}

/** No account. */
export const NO_ACCOUNTS: AccountScope = { has: () => false, few: [], condition: () => '1 = 0' };

/** An SQL condition that a column holds the id of one of the accounts, by their ids if they are few. */
export function isAmongAccounts<E extends ObjectLiteral>(
  query: SelectQueryBuilder<E>,
  column: string,
  accounts: AccountScope,
): string {
  const { few } = accounts;
  if (!few) return accounts.condition(query, column);
  if (few.length === 0) return '1 = 0';
  query.setParameter('fewAccounts', few);
  return `${column} IN (:...fewAccounts)`;
}
