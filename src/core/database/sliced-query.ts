/** A query over any number of rows, of which each statement touches a bounded number. */
import type { DataSource, EntityManager, ObjectLiteral, ObjectType, SelectQueryBuilder } from 'typeorm';
import { dataSourceOf, findRows } from './row-mapper.js';

/** Which rows, in which order. The alias of the entity is `row`. */
export interface SlicedQuery<E extends ObjectLiteral> {
  readonly entity: ObjectType<E>;
  /** Adds conditions that an index answers, together with the order. */
  readonly where?: (query: SelectQueryBuilder<E>) => unknown;
  /** Adds conditions that no index answers: rows that do not meet them are read and passed over. */
  readonly filter?: ((query: SelectQueryBuilder<E>) => unknown) | undefined;
  /** Properties that order the rows and together identify each. */
  readonly order: readonly (string & keyof E)[];
  readonly descending?: boolean;
  /** The properties to read, with the primary key. Default: all that are not selected on demand. */
  readonly columns?: readonly (string & keyof E)[];
}

/** The place of a row in the order, as values of the database. */
export type Place = readonly unknown[];

/** The rows after a place, and up to and including another. */
export interface Range {
  readonly after?: Place | undefined;
  readonly upTo?: Place | undefined;
}

/** An order of rows that no index has: by an expression, and then by the id. */
export interface Ranking {
  /** Over `row`. */
  readonly expression: (dataSource: DataSource) => string;
  readonly descending: boolean;
  /** The value and the id after which the rows begin. */
  readonly after: readonly [key: unknown, id: string] | undefined;
}

/** The id of a row, and the value that it is ranked by. */
export interface RankedRow {
  readonly rank_key: unknown;
  readonly rank_id: unknown;
}

/** The statements of a sliced query. */
export class SliceStatements<E extends ObjectLiteral> {
  readonly isFiltered: boolean;

  constructor(private readonly query: SlicedQuery<E>) {
    this.isFiltered = query.filter !== undefined;
  }

  /** The rows of a range that meet the filter, at most `limit`. */
  rows(manager: EntityManager, range: Range, limit: number, offset = 0): Promise<E[]> {
    const query = this.ordered(this.filtered(manager, range));
    return findRows(query.limit(limit).offset(offset || undefined), this.query.columns);
  }

  /** The place of the last of the next `count` rows, filtered or not; `undefined` if there are fewer. */
  async placeAfter(manager: EntityManager, after: Place | undefined, count: number): Promise<Place | undefined> {
    const query = this.ordered(this.within(manager, { after }).select([]));
    for (const [at, property] of this.query.order.entries()) query.addSelect(`row.${property}`, `p${String(at)}`);
    const row = await query
      .limit(1)
      .offset(count - 1)
      .getRawOne<Record<string, unknown>>();
    return row && this.query.order.map((_, at) => row[`p${String(at)}`]);
  }

  /** How many rows the table has, as PostgreSQL estimates it; `Infinity` if it does not. */
  async estimate(manager: EntityManager): Promise<number> {
    const { tableName } = dataSourceOf(manager).getMetadata(this.query.entity);
    const [row] = await manager.query<{ rows: number }[]>(
      'SELECT reltuples AS "rows" FROM pg_class WHERE oid = to_regclass($1)',
      [`"${tableName}"`],
    );
    return row && row.rows >= 0 ? row.rows : Infinity;
  }

  /** Aggregates over the rows of a range that meet the filter. */
  async aggregate<C extends string>(
    manager: EntityManager,
    range: Range,
    columns: Readonly<Record<C, string>>,
  ): Promise<Record<C, unknown>> {
    const query = this.filtered(manager, range).select([]);
    for (const [name, expression] of Object.entries<string>(columns)) query.addSelect(expression, name);
    const row = await query.getRawOne<Record<C, unknown>>();
    if (!row) throw new Error('an aggregate has no row');
    return row;
  }

  /** The best rows of a range that meet the filter. */
  best(
    manager: EntityManager,
    range: Range,
    { expression, descending, after }: Ranking,
    limit: number,
  ): Promise<RankedRow[]> {
    const key = expression(dataSourceOf(manager));
    const query = this.filtered(manager, range).select(key, 'rank_key').addSelect('row.id', 'rank_id');
    if (after) {
      const [afterKey, afterId] = after;
      query.andWhere(`(${key}, row.id) ${descending ? '<' : '>'} (:afterKey, :afterId)`, { afterKey, afterId });
    }
    const direction = descending ? 'DESC' : 'ASC';
    return query.orderBy('rank_key', direction).addOrderBy('rank_id', direction).limit(limit).getRawMany<RankedRow>();
  }

  placeOf(manager: EntityManager, row: E): Place {
    const { driver } = dataSourceOf(manager);
    const metadata = dataSourceOf(manager).getMetadata(this.query.entity);
    return this.query.order.map((property) => {
      const column = metadata.findColumnWithPropertyName(property);
      if (!column) throw new Error(`${metadata.name} has no column ${property}`);
      return driver.preparePersistentValue(row[property], column) as unknown;
    });
  }

  /** The rows of a range that meet the filter, in no order. */
  filtered(manager: EntityManager, range: Range): SelectQueryBuilder<E> {
    const query = this.within(manager, range);
    this.query.filter?.(query);
    return query;
  }

  private within(manager: EntityManager, { after, upTo }: Range): SelectQueryBuilder<E> {
    const query = manager.createQueryBuilder(this.query.entity, 'row');
    this.query.where?.(query);
    const [beyond, within] = this.query.descending ? ['<', '>='] : ['>', '<='];
    if (after) this.compare(query, beyond, 'after', after);
    if (upTo) this.compare(query, within, 'upTo', upTo);
    return query;
  }

  /** Compares whole places, as the order of an index does. */
  private compare(query: SelectQueryBuilder<E>, operator: string, name: string, place: Place): void {
    const properties = this.query.order.map((property) => `row.${property}`).join(', ');
    const names = place.map((_, at) => `${name}${String(at)}`);
    query.andWhere(
      `(${properties}) ${operator} (${names.map((each) => `:${each}`).join(', ')})`,
      Object.fromEntries(names.map((each, at) => [each, place[at]])),
    );
  }

  private ordered(query: SelectQueryBuilder<E>): SelectQueryBuilder<E> {
    for (const property of this.query.order)
      query.addOrderBy(`row.${property}`, this.query.descending ? 'DESC' : 'ASC');
    return query;
  }
}
