/** Finds the owners of tokens by their names: users, and accounts, as far as somebody may see them. */
import { Injectable } from '@nestjs/common';
import type { ObjectLiteral, ObjectType, SelectQueryBuilder } from 'typeorm';
import {
  LongReads,
  UnitOfWork,
  UserDirectory,
  textMatch,
  type DirectoryUser,
  type OwnersCondition,
  type ReaderId,
  type SlicedQuery,
} from '../core/index.js';
import { Account } from './account.entity.js';
import { LocalUserDirectory } from './local-user-directory.js';
import { User } from './user.entity.js';
import { visibleAccounts } from './visible-accounts.js';

/** So many owners are named by their ids in a statement; more are looked up for each row. */
const MOST_BY_ID = 500;

/** In UTF-8: three Latin letters, or one Chinese. Fewer would find most owners. */
const SHORTEST_BYTES = 3;

/** Owners of one sort, and the column of a token that names them. */
interface Owners<E extends ObjectLiteral> {
  readonly entity: ObjectType<E>;
  readonly column: 'row.userId' | 'row.accountId';
  /** Named by ids; `undefined` if there are more than {@link MOST_BY_ID}. */
  readonly ids: readonly (string | number)[] | undefined;
  readonly isNamed: (query: SelectQueryBuilder<ObjectLiteral>, alias: string, text: string) => string;
}

@Injectable()
export class NamedOwners {
  constructor(
    private readonly reads: LongReads,
    private readonly unitOfWork: UnitOfWork,
    private readonly directory: UserDirectory,
  ) {}

  /**
   * Users whose address begins with a text, or holds it if there is an `@` in it, and users and accounts of whose name a
   * word begins with it. Users of a host's own directory are not found.
   * @param viewer - sees all owners as an administrator, otherwise themselves and their accounts
   * @returns a condition on tokens; `undefined` if there are no such owners, or the text is too short
   */
  async condition(
    viewer: Pick<DirectoryUser, 'id' | 'admin'>,
    reader: ReaderId,
    text: string,
  ): Promise<OwnersCondition | undefined> {
    if (Buffer.byteLength(text) < SHORTEST_BYTES) return undefined;
    const found = [await this.users(viewer, reader, text), await this.accounts(viewer, reader, text)];
    const owners = found.filter((each) => each?.ids?.length !== 0).flatMap((each) => each ?? []);
    if (owners.length === 0) return undefined;
    return (query) => owners.map((each) => belongsTo(query, each, text)).join(' OR ');
  }

  private async users(
    { id, admin }: Pick<DirectoryUser, 'id' | 'admin'>,
    reader: ReaderId,
    text: string,
  ): Promise<Owners<User> | undefined> {
    if (!(this.directory instanceof LocalUserDirectory)) return undefined;
    const ids = await this.idsOf(reader, {
      entity: User,
      where: (rows) => (admin ? rows : rows.andWhere({ id })),
      filter: (rows) => rows.andWhere(isNamedUser(rows, 'row', text)),
      order: ['id'],
      columns: ['id'],
    });
    return { entity: User, column: 'row.userId', ids, isNamed: isNamedUser };
  }

  private async accounts(
    viewer: Pick<DirectoryUser, 'id' | 'admin'>,
    reader: ReaderId,
    text: string,
  ): Promise<Owners<Account>> {
    const seen = await visibleAccounts(this.unitOfWork, viewer, {});
    const ids = await this.idsOf(reader, {
      ...seen,
      filter: (rows) => {
        seen.filter?.(rows);
        rows.andWhere(isNamedAccount(rows, 'row', text));
      },
      columns: ['id', 'createdAt'],
    });
    return { entity: Account, column: 'row.accountId', ids, isNamed: isNamedAccount };
  }

  private async idsOf<E extends ObjectLiteral>(
    reader: ReaderId,
    query: SlicedQuery<E>,
  ): Promise<(string | number)[] | undefined> {
    const rows = await this.reads.part(reader, query, { offset: 0, limit: MOST_BY_ID + 1 });
    return rows.length > MOST_BY_ID ? undefined : rows.map(({ id }) => id as string | number);
  }
}

function isNamedUser<E extends ObjectLiteral>(query: SelectQueryBuilder<E>, alias: string, text: string): string {
  const holds = textMatch(query, text);
  const address = holds(`${alias}.email`, text.includes('@') ? 'anywhere' : 'beginning');
  return `(${address} OR ${holds(`${alias}.name`, 'word')})`;
}

function isNamedAccount<E extends ObjectLiteral>(query: SelectQueryBuilder<E>, alias: string, text: string): string {
  return textMatch(query, text)(`${alias}.name`, 'word');
}

function belongsTo<E extends ObjectLiteral>(
  query: SelectQueryBuilder<E>,
  { entity, column, ids, isNamed }: Owners<ObjectLiteral>,
  text: string,
): string {
  if (ids) {
    const name = column === 'row.userId' ? 'namedUsers' : 'namedAccounts';
    query.setParameter(name, ids);
    return `${column} IN (:...${name})`;
  }
  const owner = query.subQuery().select('owner.id').from(entity, 'owner').where(`owner.id = ${column}`);
  owner.andWhere(isNamed(owner, 'owner', text));
  query.setParameters(owner.getParameters());
  return `EXISTS ${owner.getQuery()}`;
}
