import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { DomainError, UniqueViolation } from '../core/index.js';
import { DatabaseCondition } from './database-condition.js';
import { translated } from './driver-errors.js';

const failed = (code: string, message = 'the words of the driver'): QueryFailedError =>
  new QueryFailedError('SELECT 1', [], Object.assign(new Error(message), { code }));

describe('an error of a database driver', () => {
  it.each([
    ['a full disk', '53100'],
    ['no memory left', '53200'],
    ['no connection left', '53300'],
    ['an input or output error', '58030'],
    ['a lost connection', '08006'],
    ['a read-only transaction', '25006'],
    ['a time limit', '57014'],
    ['a full disk (SQLite)', 'SQLITE_FULL'],
    ['an input or output error (SQLite)', 'SQLITE_IOERR_FSYNC'],
    ['a file without rights (SQLite)', 'SQLITE_READONLY_DIRECTORY'],
    ['a locked file (SQLite)', 'SQLITE_BUSY_SNAPSHOT'],
  ])('is answered with 503, and its cause kept for the log: %s', (_what, code) => {
    const lines: string[] = [];
    const write = (line: string): unknown => lines.push(line);
    const condition = new DatabaseCondition({ error: write, log: write });
    const error = translated(failed(code), 'postgres', condition, 'write');
    expect(error).toBeInstanceOf(DomainError);
    expect(error).toMatchObject({ code: 'unavailable', retryAfterSeconds: 2 });
    expect(lines).toEqual([expect.stringContaining(`${code}: the words of the driver`)]);
    expect(condition.writeProblem).not.toBeNull();
  });

  it('tells what to do when a change needs too many locks', () => {
    expect((translated(failed('53200'), 'postgres') as Error).message).toContain('max_locks_per_transaction');
  });

  it.each([
    ['a statement that cannot be read', '08P01'],
    ['a table that does not exist', '42P01'],
    ['a value that is too long', '22001'],
  ])('that trying again does not help against is no 503: %s', (_what, code) => {
    const error = failed(code);
    expect(translated(error, 'postgres')).toBe(error);
  });

  it.each(['23505', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'])(
    'about a value that is taken says so: %s',
    (code) => {
      expect(translated(failed(code), 'sqlite')).toBeInstanceOf(UniqueViolation);
    },
  );
});
