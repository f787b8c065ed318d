/** Column definitions for migrations that behave the same on both engines. */
import type { TableColumnOptions } from 'typeorm';

export const optional = { isNullable: true };

export function text(name: string, length: number, more: Partial<TableColumnOptions> = {}): TableColumnOptions {
  return { name, type: 'varchar', length: String(length), ...more };
}

export function key(name: string, length: number, primaryKeyConstraintName: string): TableColumnOptions {
  return text(name, length, { isPrimary: true, primaryKeyConstraintName });
}

/** An auto-incremented id. */
export function counter(primaryKeyConstraintName: string): TableColumnOptions {
  const generated = { isPrimary: true, isGenerated: true, generationStrategy: 'increment' as const };
  return { name: 'id', type: 'integer', ...generated, primaryKeyConstraintName };
}

/** Milliseconds since 1970. */
export function timestamp(name: string, isNullable = false): TableColumnOptions {
  return { name, type: 'bigint', isNullable };
}

export function flag(name: string): TableColumnOptions {
  return { name, type: 'boolean' };
}
