/** Copies of SQLite databases: made while others read and write, private, and complete in one file. */
import { closeSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { followLinks } from '../internals/index.js';

/** How long to wait while another process has the source locked. */
const BUSY_MS = 5000;

/** All pages in one step: between steps, a commit of another process would begin the copy anew. */
const ALL_PAGES = 0x7fff_ffff;

/**
 * Copies a database by SQLite's online backup API. Others go on reading and writing; the copy is the state at one moment,
 * with what is still in the log. It has no log of its own, so that one file is all of it.
 * @param target - a file that does not exist yet; it gets mode 0600
 */
export async function copySqlite(source: string, target: string): Promise<void> {
  const from = await connectTo(source);
  try {
    closeSync(openSync(target, 'wx', 0o600));
    await from.backup(target, { progress: () => ALL_PAGES });
  } finally {
    from.close();
  }
  const copy = await connectTo(target);
  try {
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
  syncFile(target);
}

/** Writes the log of a database back into its file, and removes it. Nobody else may use the database. */
export async function foldLog(file: string): Promise<void> {
  const connection = await connectTo(file);
  try {
    connection.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    connection.close();
  }
  // The last connection has removed them. An index without a log means nothing, and a log would be taken for that of
  // another database that gets this name.
  if (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size) throw new Error(`the log of ${file} is in use`);
  for (const ending of ['-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
}

/** Waits until a file and its name are on the disk. */
export function syncFile(file: string): void {
  for (const name of [file, path.dirname(file)]) {
    const descriptor = openSync(name, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}

async function connectTo(file: string): Promise<Database.Database> {
  // The driver is not installed where only PostgreSQL is used.
  followLinks();
  const { default: Connection } = await import('better-sqlite3');
  return new Connection(file, { fileMustExist: true, timeout: BUSY_MS });
}
