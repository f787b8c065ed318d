import { beforeEach, describe, expect, it } from '@jest/globals';
import { DatabaseCondition } from './database-condition.js';

let lines: string[];
let condition: DatabaseCondition;

describe('a database that fails', () => {
  beforeEach(() => {
    lines = [];
    const write = (line: string): unknown => lines.push(line);
    condition = new DatabaseCondition({ error: write, log: write });
  });

  it('has its own reason logged once, however often it fails, and one line when it works again', () => {
    for (let count = 0; count < 1000; count += 1) condition.failed('write', 'SQLITE_FULL', 'database or disk is full');
    expect(lines).toEqual([
      expect.stringContaining('the disk of the database is full (SQLITE_FULL: database or disk is full)'),
    ]);
    condition.worked('read');
    expect(condition.writeProblem).toBe('the disk of the database is full');
    condition.worked('write');
    condition.worked('write');
    expect(condition.writeProblem).toBeNull();
    expect(lines.slice(1)).toEqual(['the database works again']);
  });

  it('and works again many times a second is quiet', () => {
    for (let count = 0; count < 100; count += 1) {
      condition.failed('write', '57P01', 'terminating connection');
      condition.worked('write');
    }
    expect(lines).toHaveLength(2);
  });

  it.each([
    ['53100', 'the disk of the database is full'],
    ['25006', 'the database is read-only'],
    ['SQLITE_READONLY_DBMOVED', 'the database is read-only'],
    ['SQLITE_BUSY', 'the database is locked by another program'],
    ['53300', 'the database has no connection or memory left'],
    ['SQLITE_IOERR_WRITE', 'the disk of the database reports errors'],
    ['ECONNREFUSED', 'the database is not reachable'],
  ])('with %s says: %s', (code, reason) => {
    condition.failed('write', code, 'x');
    expect(condition.writeProblem).toBe(reason);
  });
});
