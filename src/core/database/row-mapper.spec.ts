/** The connection of a manager is found by the names of both majors of TypeORM. */
import { expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { dataSourceOf } from './row-mapper.js';

it('what belongs to a connection leads to it by the name of TypeORM 1 or 0.3, or is refused', () => {
  const connection = new DataSource({ type: 'better-sqlite3', database: ':memory:' });
  expect(dataSourceOf(connection.manager)).toBe(connection);
  expect(dataSourceOf({ connection })).toBe(connection);
  expect(() => dataSourceOf({})).toThrow('TypeORM 0.3 or 1');
});
