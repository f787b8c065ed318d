/** The header of SQLite's WAL index tells of each commit, no matter who makes it, and is read without opening a file. */
import { mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteWalIndex } from './sqlite-relay.js';

const hasProc = process.platform === 'linux';

describe('the header of the WAL index', () => {
  let folder: string;
  let file: string;
  let server: Database.Database;
  let other: Database.Database;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'latchkey-'));
    file = path.join(folder, 'x.sqlite');
    server = new Database(file);
    server.pragma('journal_mode = WAL');
    server.exec('CREATE TABLE t (a)');
    other = new Database(file);
  });

  afterEach(async () => {
    server.close();
    other.close();
    await rm(folder, { recursive: true });
  });

  (hasProc ? it : it.skip)('changes with each commit of every connection, and with nothing else', () => {
    const index = SqliteWalIndex.of(file);
    expect(index?.hasChanged()).toBe(true);
    for (const connection of [other, server, other]) {
      connection.exec('INSERT INTO t VALUES (1)');
      expect([index?.hasChanged(), index?.hasChanged()]).toEqual([true, false]);
    }
    server.prepare('SELECT * FROM t').all();
    other.exec('BEGIN; INSERT INTO t VALUES (2); ROLLBACK');
    expect(index?.hasChanged()).toBe(false);
  });

  (hasProc ? it : it.skip)('opens no file, as closing it would release the locks of SQLite', () => {
    const open = (): number => readdirSync('/proc/self/fd').length;
    const before = open();
    SqliteWalIndex.of(file)?.hasChanged();
    expect(open()).toBe(before);
  });

  it('is not there for a file that nobody has opened', () => {
    expect(SqliteWalIndex.of(path.join(folder, 'missing.sqlite'))).toBeUndefined();
  });
});
