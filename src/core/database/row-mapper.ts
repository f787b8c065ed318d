/**
 * Reads and writes single rows without TypeORM's query builder, which takes several times as long as the database
 * itself: the text of each statement is built only once.
 */
import type { DataSource, EntityManager, EntityMetadata, ObjectLiteral, ObjectType, SelectQueryBuilder } from 'typeorm';
import type { ColumnMetadata } from '../../internals/index.js';

/** The connection that a manager, query, query runner or metadata belongs to: `connection` in TypeORM 0.3. */
export function dataSourceOf(part: object): DataSource {
  const { dataSource, connection } = part as { readonly dataSource?: DataSource; readonly connection?: DataSource };
  const found = dataSource ?? connection;
  if (!found) throw new TypeError('this belongs to no connection of TypeORM 0.3 or 1');
  return found;
}

/** A row as the driver returns it, by column name. */
export type Row = Readonly<Record<string, unknown>>;

/** Databases limit the number of values in a statement: SQLite allows 32,766. */
const ROWS_PER_STATEMENT = 500;

/** One kind of entity: the only one in its table, or one of several (single-table inheritance). */
interface EntityKind {
  readonly prototype: object;
  readonly columns: readonly ColumnMetadata[];
}

const KNOWN = new WeakMap<EntityMetadata, RowMapper<ObjectLiteral>>();

/**
 * The row of an entity whose columns have these values, or `null`.
 * @param conditions - values by property; none may be `undefined` or `null`
 */
export function findRow<E extends ObjectLiteral>(
  manager: EntityManager,
  entity: ObjectType<E>,
  conditions: Readonly<Partial<E>>,
): Promise<E | null> {
  return mapperOf(dataSourceOf(manager), entity).find(manager, conditions);
}

/** Inserts rows of an entity in order. Absent values become `NULL`; auto-incremented columns are left out. */
export function insertRows<E extends ObjectLiteral>(
  manager: EntityManager,
  entity: ObjectType<E>,
  rows: readonly Readonly<Partial<E>>[],
): Promise<void> {
  return mapperOf(dataSourceOf(manager), entity).insert(manager, rows);
}

/**
 * Changes the row whose columns have these values.
 * @param conditions - values by property; none may be `undefined` or `null`
 */
export function updateRow<E extends ObjectLiteral>(
  manager: EntityManager,
  entity: ObjectType<E>,
  conditions: Readonly<Partial<E>>,
  values: Readonly<Partial<E>>,
): Promise<void> {
  return mapperOf(dataSourceOf(manager), entity).update(manager, conditions, values);
}

/**
 * Removes the row whose columns have these values, and returns whether it was there.
 * @param conditions - values by property; none may be `undefined` or `null`
 */
export function deleteRow<E extends ObjectLiteral>(
  manager: EntityManager,
  entity: ObjectType<E>,
  conditions: Readonly<Partial<E>>,
): Promise<boolean> {
  return mapperOf(dataSourceOf(manager), entity).remove(manager, conditions);
}

/**
 * Runs a query for many rows of an entity, each of which takes a fraction of the time of `getMany`.
 * @param query - its only alias is the entity's; what it selects is replaced
 * @param properties - the columns to read, with the primary key; all others are `undefined`. Default: all
 */
export async function findRows<E extends ObjectLiteral>(
  query: SelectQueryBuilder<E>,
  properties?: readonly (string & keyof E)[],
): Promise<E[]> {
  const { metadata } = query.expressionMap.mainAlias ?? {};
  if (!metadata) throw new Error('the query has no entity');
  return mapperOf<E>(dataSourceOf(query), metadata.target as ObjectType<E>).findMany(query, properties);
}

function mapperOf<E extends ObjectLiteral>(dataSource: DataSource, entity: ObjectType<E>): RowMapper<E> {
  const metadata = dataSource.getMetadata(entity);
  const known = (KNOWN.get(metadata) as RowMapper<E> | undefined) ?? new RowMapper<E>(metadata);
  KNOWN.set(metadata, known);
  return known;
}

/** Maps the rows of one entity on one connection. */
export class RowMapper<E extends ObjectLiteral> {
  /** All columns except those that are only selected on demand. */
  readonly columnNames: readonly string[];
  private readonly kinds: ReadonlyMap<unknown, EntityKind>;
  private readonly texts = new Map<string, string>();
  private readonly written: readonly ColumnMetadata[];
  private readonly insertOne: string;

  constructor(private readonly metadata: EntityMetadata) {
    const { childEntityMetadatas: children, columns } = metadata;
    const kinds = children.length > 0 ? children : [metadata];
    this.kinds = new Map(kinds.map((kind) => [kind.discriminatorValue, kindOf(kind)]));
    this.columnNames = [
      ...new Set([...this.kinds.values()].flatMap((kind) => kind.columns.map((each) => each.databaseName))),
    ];
    this.written = columns.filter(({ isGenerated }) => !isGenerated);
    this.insertOne = this.insertText(1);
  }

  async find(manager: EntityManager, conditions: Readonly<Partial<E>>): Promise<E | null> {
    const properties = Object.keys(conditions);
    const text = this.text(`find ${properties.join(' ')}`, () => {
      const names = this.columnNames.map((name) => this.escaped(name)).join(', ');
      return `SELECT ${names} FROM ${this.escaped(this.metadata.tableName)} WHERE ${this.conditions(properties)}`;
    });
    const [row] = await manager.query<Row[]>(text, this.ofKind(this.values(conditions)));
    return row ? this.entity(row) : null;
  }

  async update(manager: EntityManager, conditions: Partial<E>, values: Partial<E>): Promise<void> {
    const [changed, properties] = [Object.keys(values), Object.keys(conditions)];
    const text = this.text(`update ${changed.join(' ')} where ${properties.join(' ')}`, () => {
      const set = changed.map((property, at) => `${this.nameOf(property)} = ${this.parameter(at)}`).join(', ');
      return `UPDATE ${this.escaped(this.metadata.tableName)} SET ${set} WHERE ${this.conditions(properties, changed.length)}`;
    });
    await manager.query(text, [...this.values(values), ...this.ofKind(this.values(conditions))]);
  }

  async remove(manager: EntityManager, conditions: Partial<E>): Promise<boolean> {
    const properties = Object.keys(conditions);
    const build = (): string =>
      `DELETE FROM ${this.escaped(this.metadata.tableName)} WHERE ${this.conditions(properties)} RETURNING 1`;
    const text = this.text(`remove ${properties.join(' ')}`, build);
    const rows = await manager.query<unknown[]>(text, this.ofKind(this.values(conditions)));
    // On PostgreSQL, TypeORM returns the rows and their number.
    const [first] = rows;
    return (Array.isArray(first) ? first : rows).length > 0;
  }

  async findMany(query: SelectQueryBuilder<E>, properties?: readonly string[]): Promise<E[]> {
    const { columns, discriminatorColumn } = this.metadata;
    const needed = (column: ColumnMetadata): boolean =>
      column.isPrimary || column === discriminatorColumn || properties?.includes(column.propertyName) === true;
    const selected = columns.filter((column) => (properties ? needed(column) : column.isSelect));
    query.select([]);
    for (const { propertyName, databaseName } of selected)
      query.addSelect(`${query.alias}.${propertyName}`, databaseName);
    return (await query.getRawMany<Row>()).map((row) => this.entity(row));
  }

  async insert(manager: EntityManager, rows: readonly Readonly<Partial<E>>[]): Promise<void> {
    for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT) {
      const some = rows.slice(at, at + ROWS_PER_STATEMENT);
      const [first] = some;
      if (first && some.length === 1) await manager.query(this.insertOne, this.parametersOf(first));
      else {
        const parameters = some.flatMap((row) => this.parametersOf(row));
        await manager.query(this.insertText(some.length), parameters);
      }
    }
  }

  /** @throws Error if no entity of the connection has the row's kind */
  entity(row: Row): E {
    const { discriminatorColumn } = this.metadata;
    const { driver } = dataSourceOf(this.metadata);
    const discriminator = discriminatorColumn
      ? row[discriminatorColumn.databaseName]
      : this.metadata.discriminatorValue;
    const kind = this.kinds.get(discriminator);
    if (!kind)
      throw new Error(`the connection has no entity for rows of the kind ${String(discriminator)}: register it`);
    const entity = Object.create(kind.prototype) as Record<string, unknown>;
    for (const column of kind.columns) {
      const value = row[column.databaseName];
      // Most values of most rows are absent, and the driver takes long to find that out.
      const isAbsent = value === null && column.transformer === undefined;
      entity[column.propertyName] = isAbsent ? null : (driver.prepareHydratedValue(value, column) as unknown);
    }
    return entity as E;
  }

  private insertText(rows: number): string {
    const { length } = this.written;
    const values = Array.from({ length: rows }, (_, row) => {
      return `(${this.written.map((_column, at) => this.parameter(row * length + at)).join(', ')})`;
    });
    const names = this.written.map(({ databaseName }) => this.escaped(databaseName)).join(', ');
    return `INSERT INTO ${this.escaped(this.metadata.tableName)} (${names}) VALUES ${values.join(', ')}`;
  }

  private parametersOf(row: Readonly<Partial<E>>): unknown[] {
    const { driver } = dataSourceOf(this.metadata);
    return this.written.map((column) => {
      const value: unknown = column.isDiscriminator ? this.metadata.discriminatorValue : row[column.propertyName];
      if ((value === null || value === undefined) && column.transformer === undefined) return null;
      return (driver.preparePersistentValue(value, column) as unknown) ?? null;
    });
  }

  private text(key: string, build: () => string): string {
    const text = this.texts.get(key) ?? build();
    this.texts.set(key, text);
    return text;
  }

  /** @param from - number of the parameters before them */
  private conditions(properties: readonly string[], from = 0): string {
    const { discriminatorColumn, childEntityMetadatas } = this.metadata;
    const names = properties.map((property) => this.nameOf(property));
    if (discriminatorColumn && childEntityMetadatas.length === 0) {
      names.push(this.escaped(discriminatorColumn.databaseName));
    }
    return names.map((name, at) => `${name} = ${this.parameter(from + at)}`).join(' AND ');
  }

  private values(of: Readonly<Partial<E>>): unknown[] {
    return Object.keys(of).map((property) => this.persistent(property, of[property]));
  }

  private nameOf(property: string): string {
    return this.escaped(this.column(property).databaseName);
  }

  private ofKind(values: readonly unknown[]): unknown[] {
    const { discriminatorColumn, discriminatorValue, childEntityMetadatas } = this.metadata;
    return discriminatorColumn && childEntityMetadatas.length === 0 ? [...values, discriminatorValue] : [...values];
  }

  private persistent(property: string, value: unknown): unknown {
    if (value === undefined || value === null) {
      throw new Error(`${property} is ${String(value)}, which matches no row and is not written here`);
    }
    return dataSourceOf(this.metadata).driver.preparePersistentValue(value, this.column(property)) as unknown;
  }

  private column(property: string): ColumnMetadata {
    const column = this.metadata.findColumnWithPropertyName(property);
    if (!column) throw new Error(`${this.metadata.name} has no column ${property}`);
    return column;
  }

  private escaped(name: string): string {
    return dataSourceOf(this.metadata).driver.escape(name);
  }

  private parameter(at: number): string {
    return dataSourceOf(this.metadata).driver.createParameter('', at);
  }
}

function kindOf({ target, columns }: EntityMetadata): EntityKind {
  const { prototype } = target as { prototype: object };
  return { prototype, columns: columns.filter(({ isSelect }) => isSelect) };
}
