/** Lists tokens: all of a user, a page of an account, or all of an account in batches. */
import { Injectable } from '@nestjs/common';
import type { EntityManager, ObjectType, SelectQueryBuilder } from 'typeorm';
import { countedTokens } from './token-count.js';
import { Token } from './token.entity.js';

/** Selects tokens of an account. */
export interface TokenFilter {
  /** The exact label. Scans all tokens of the account. */
  readonly label?: string | undefined;
  /** Part of the label, ignoring case (on SQLite only for ASCII letters). Scans all tokens of the account. */
  readonly search?: string | undefined;
}

/** Which part of a list to read. */
export interface PageRequest {
  readonly offset: number;
  readonly limit: number;
}

@Injectable()
export class TokenListing {
  /** All tokens of a user, oldest first. */
  ofUser<T extends Token>(manager: EntityManager, kind: ObjectType<T>, userId: number): Promise<T[]> {
    return this.query(manager, kind).where({ userId }).getMany();
  }

  /** A page of an account's tokens, oldest first. */
  page<T extends Token>(
    manager: EntityManager,
    kind: ObjectType<T>,
    accountId: string,
    filter: TokenFilter,
    { offset, limit }: PageRequest,
  ): Promise<T[]> {
    return this.ofAccount(manager, kind, accountId, filter).skip(offset).take(limit).getMany();
  }

  /** The tokens of an account after the last one read, oldest first; reads a list of any length in bounded memory. */
  following<T extends Token>(
    manager: EntityManager,
    kind: ObjectType<T>,
    accountId: string,
    filter: TokenFilter,
    last: T | undefined,
    limit: number,
  ): Promise<T[]> {
    const query = this.ofAccount(manager, kind, accountId, filter).take(limit);
    if (last) {
      const after = { createdAt: last.createdAt.getTime(), id: last.id };
      query.andWhere('(token.createdAt, token.id) > (:createdAt, :id)', after);
    }
    return query.getMany();
  }

  /** The number of tokens; without a filter, the cost does not depend on the number. */
  count<T extends Token>(
    manager: EntityManager,
    kind: ObjectType<T>,
    accountId: string,
    filter: TokenFilter = {},
  ): Promise<number> {
    const isFiltered = filter.label !== undefined || filter.search !== undefined;
    if (isFiltered) return rows(this.ofAccount(manager, kind, accountId, filter));
    return countedTokens(manager, String(manager.dataSource.getMetadata(kind).discriminatorValue), accountId);
  }

  private ofAccount<T extends Token>(
    manager: EntityManager,
    kind: ObjectType<T>,
    accountId: string,
    { label, search }: TokenFilter,
  ): SelectQueryBuilder<T> {
    const query = this.query(manager, kind).where({ accountId });
    if (label !== undefined) query.andWhere({ label });
    if (search !== undefined) {
      query.andWhere(String.raw`LOWER(token.label) LIKE LOWER(:pattern) ESCAPE '\'`, { pattern: containing(search) });
    }
    return query;
  }

  private query<T extends Token>(manager: EntityManager, kind: ObjectType<T>): SelectQueryBuilder<T> {
    return manager.createQueryBuilder(kind, 'token').orderBy('token.createdAt', 'ASC').addOrderBy('token.id', 'ASC');
  }
}

/** TypeORM's own count is slower because it counts distinct ids, although these are already distinct. */
async function rows<T extends Token>(query: SelectQueryBuilder<T>): Promise<number> {
  const row = await query.orderBy().select('COUNT(*)', 'count').getRawOne<{ count: string | number }>();
  return Number(row?.count ?? 0);
}

function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}
