/** Runs a statement of a migration on either engine. */
import type { QueryRunner } from 'typeorm';
import { dataSourceOf } from '../../core/index.js';

/** @param text - with `?` for each value */
export async function runStatement<T>(
  queryRunner: QueryRunner,
  text: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  let at = 0;
  const statement = text.replaceAll('?', () => dataSourceOf(queryRunner).driver.createParameter('', at++));
  return (await queryRunner.query(statement, [...values])) as T[];
}
