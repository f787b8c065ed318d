/** Reads many rows by the values of a column, some hundred to a statement. */
import { In, type EntityManager, type FindOptionsWhere, type ObjectLiteral, type ObjectType } from 'typeorm';
import { findRows } from './row-mapper.js';

/** How many values a statement takes: databases limit their number. */
const VALUES = 500;

/** A list in parts, each of which one statement takes. */
export function* inParts<T>(list: readonly T[]): Generator<readonly T[], void> {
  for (let at = 0; at < list.length; at += VALUES) yield list.slice(at, at + VALUES);
}

/**
 * All rows that have one of these values in a column.
 * @param where - further conditions that they must meet
 */
export async function rowsWith<E extends ObjectLiteral, K extends string & keyof E>(
  manager: EntityManager,
  entity: ObjectType<E>,
  column: K,
  values: Iterable<NonNullable<E[K]>>,
  where: FindOptionsWhere<E> = {},
): Promise<E[]> {
  const rows: E[] = [];
  for (const some of inParts([...new Set(values)])) {
    const conditions = { ...where, [column]: In([...some]) } as FindOptionsWhere<E>;
    rows.push(...(await findRows(manager.createQueryBuilder(entity, 'row').where(conditions))));
  }
  return rows;
}
