/** Lists tokens of users and accounts, oldest first: all of them in batches, or a page. */
import { Injectable } from '@nestjs/common';
import type { EntityManager, ObjectType, SelectQueryBuilder } from 'typeorm';
import { LongReads, type PageRequest } from '../database/long-reads.js';
import type { ReaderId } from '../database/read-slots.js';
import type { SlicedQuery } from '../database/sliced-query.js';
import { textMatch } from '../database/text-match.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { TokenCount } from './token-count.entity.js';
import { Token } from './token.entity.js';
import { dataSourceOf } from '../database/row-mapper.js';

/** Selects tokens of an account. */
export interface TokenFilter {
  /** The exact label. */
  readonly label?: string | undefined;
  /** Part of the label, whatever the case of its letters. */
  readonly search?: string | undefined;
}

/** Reads of many rows, and those with a filter, which go through all tokens of the account, are long reads. */
@Injectable()
export class TokenListing {
  constructor(
    private readonly reads: LongReads,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** All tokens of a user. */
  ofUser<T extends Token>(reader: ReaderId, kind: ObjectType<T>, userId: number): AsyncGenerator<T[], void> {
    return this.reads.batches(reader, { entity: kind, where: (query) => query.andWhere({ userId }), order: BY_AGE });
  }

  /** All tokens of an account that match the filter. */
  ofAccount<T extends Token>(
    reader: ReaderId,
    kind: ObjectType<T>,
    accountId: string,
    filter: TokenFilter = {},
  ): AsyncGenerator<T[], void> {
    return this.reads.batches(reader, inAccount(kind, accountId, filter));
  }

  /** A page of an account's tokens, and the number of all that match the filter. */
  async page<T extends Token>(
    reader: ReaderId,
    kind: ObjectType<T>,
    accountId: string,
    filter: TokenFilter,
    page: PageRequest,
  ): Promise<[T[], number]> {
    const query = inAccount(kind, accountId, filter);
    if (query.filter) return this.reads.page(reader, query, page);
    const tokens = await this.reads.part(reader, query, page);
    return [tokens, await this.unitOfWork.read((manager) => this.count(manager, kind, accountId))];
  }

  /** The number of an account's tokens; the cost does not depend on the number. */
  count<T extends Token>(manager: EntityManager, kind: ObjectType<T>, accountId: string): Promise<number> {
    return countedTokens(manager, String(dataSourceOf(manager).getMetadata(kind).discriminatorValue), accountId);
  }
}

/** Also the order of the indexes on users and accounts. */
const BY_AGE = ['createdAt', 'id'] as const;

function inAccount<T extends Token>(
  kind: ObjectType<T>,
  accountId: string,
  { label, search = '' }: TokenFilter,
): SlicedQuery<T> {
  const matches = (query: SelectQueryBuilder<T>): void => {
    if (label !== undefined) query.andWhere({ label });
    if (search !== '') query.andWhere(textMatch(query, search)('row.label'));
  };
  return {
    entity: kind,
    where: (query) => query.andWhere({ accountId }),
    filter: label === undefined && search === '' ? undefined : matches,
    order: BY_AGE,
  };
}

/** The number of tokens of a kind in an account. */
async function countedTokens(manager: EntityManager, kind: string, accountId: string): Promise<number> {
  return (await manager.sum(TokenCount, 'tokens', { accountId, kind })) ?? 0;
}
