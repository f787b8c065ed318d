/** Notices that the open SQLite file is not the one at its path any more: what is written to it would be lost. */
import { statSync } from 'node:fs';
import path from 'node:path';
import type { DataSource } from 'typeorm';
import { engineOf } from './engine.js';

/** The file was removed or replaced; the message names it. */
export class FileLost extends Error {
  readonly code = 'FILE_LOST';
}

export class SqliteFile {
  private readonly file: string;
  private readonly opened: string | undefined;
  private log: string | undefined;

  private constructor(file: string) {
    this.file = path.resolve(file);
    this.opened = identityOf(this.file);
  }

  /** The file of an open connection; `undefined` for other databases. */
  static of(dataSource: DataSource): SqliteFile | undefined {
    const { database } = dataSource.options;
    const isFile = engineOf(dataSource) === 'sqlite' && database !== ':memory:' && database !== '';
    return isFile ? new SqliteFile(database as string) : undefined;
  }

  /** Two calls of `stat`, some microseconds. @throws FileLost */
  check(): void {
    if (identityOf(this.file) !== this.opened) throw new FileLost(`${this.file} ${LOST}`);
    // SQLite creates it with the first change, and keeps it as long as it is open.
    const log = identityOf(`${this.file}-wal`);
    this.log ??= log;
    if (log !== this.log) throw new FileLost(`${this.file}-wal ${LOST}`);
  }
}

const LOST =
  'was removed or replaced while the server has it open: put the same file back, or stop the server, restore the ' +
  'database, and start it again';

/** Device and inode. */
function identityOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found && `${String(found.dev)} ${String(found.ino)}`;
}
