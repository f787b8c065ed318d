/** Column types that behave the same on SQLite and PostgreSQL. */
import type { ColumnOptions, ValueTransformer } from 'typeorm';

/** The largest value of an `integer` column on both engines. */
export const INTEGER_MAX = 2_147_483_647;

const epochMillis: ValueTransformer = {
  to: (value: Date | null | undefined) => (value instanceof Date ? value.getTime() : value),
  from: (value: string | number | null | undefined) =>
    value === null || value === undefined ? value : new Date(Number(value)),
};

/** A date, stored as whole milliseconds since 1970 UTC: exact, sortable and the same on both engines. */
export function timestampColumn(options: ColumnOptions & { name: string }): ColumnOptions {
  return { type: 'bigint', transformer: epochMillis, ...options };
}

/**
 * A time as it is stored, to be compared with a column of {@link timestampColumn} by an operator such as `LessThan`:
 * TypeORM 0.3 does not transform the values of operators in `DELETE` and in `And`.
 */
export function storedTime(time: Date): Date {
  return time.getTime() as unknown as Date;
}

const words: ValueTransformer = {
  to: (list: readonly string[] | null | undefined) => (list ? list.join(' ') : list),
  from: (text: string | null | undefined) => (typeof text === 'string' ? Object.freeze(text.split(' ')) : null),
};

/** Words without spaces, stored as one text with a space between them. What is read cannot be changed. */
export function wordsColumn(options: ColumnOptions & { name: string }): ColumnOptions {
  return { type: 'varchar', transformer: words, ...options };
}

/** JSON stored as text: written as a whole, never searched. */
export function jsonColumn(options: ColumnOptions & { name: string }): ColumnOptions {
  return { type: 'simple-json', ...options };
}
