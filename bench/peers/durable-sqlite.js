/** SQLite as the product has it: write-ahead log, every commit on the disk before it is acknowledged. */
import Database from 'better-sqlite3';

export function durableSqlite(file) {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  return database;
}
