/** Makes a copy of the SQLite file that a server has open, in a thread, so that the event loop goes on. */
import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DataSource } from 'typeorm';
import { DomainError, type BackupFile } from '../core/index.js';
import { driverFileOf } from './checkpoint-thread.js';
import { syncFile } from './sqlite-copy.js';

/** The program of the thread, as in checkpoint-thread.ts; what it does is that of sqlite-copy.ts. */
const PROGRAM = `
const { closeSync, openSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const Connection = require(workerData.driver);
const copy = async () => {
  const from = new Connection(workerData.file, { fileMustExist: true, timeout: 5000 });
  try {
    closeSync(openSync(workerData.target, 'wx', 0o600));
    // All pages in one step: between steps, a commit would begin the copy anew.
    await from.backup(workerData.target, { progress: () => 0x7fffffff });
  } finally {
    from.close();
  }
  const made = new Connection(workerData.target, { fileMustExist: true });
  try {
    made.pragma('journal_mode = DELETE');
  } finally {
    made.close();
  }
};
copy().then(() => parentPort.postMessage(null), (error) => parentPort.postMessage(error.message));
`;

/** Between the name of the database and what makes a copy unique. */
const MARK = '.backup-';

/**
 * The copy is next to the database, readable by its owner only. Copies that a crash has left are removed first.
 * @throws DomainError `conflict` if the database is no file that can be opened a second time; the error of the copy
 */
export async function backUpSqlite(dataSource: DataSource): Promise<BackupFile> {
  const database = String(dataSource.options.database);
  const driver = driverFileOf(dataSource);
  if (database === ':memory:' || database === '') {
    throw new DomainError('conflict', 'the database is in memory, so there is no file to back up');
  }
  if (driver === undefined || ('key' in dataSource.options && dataSource.options.key !== undefined)) {
    throw new DomainError(
      'conflict',
      'the host opens this database in a way of its own: back it up by the means of the host',
    );
  }
  const file = path.resolve(database);
  await removeLeftCopies(file);
  const target = `${file}${MARK}${randomUUID()}`;
  const remove = (): Promise<void> => rm(target, { force: true });
  try {
    await copied(driver, file, target);
    syncFile(target);
    return { path: target, bytes: (await stat(target)).size, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function removeLeftCopies(file: string): Promise<void> {
  const [folder, start] = [path.dirname(file), `${path.basename(file)}${MARK}`];
  const left = (await readdir(folder)).filter((name) => name.startsWith(start));
  await Promise.all(left.map((name) => rm(path.join(folder, name), { force: true })));
}

function copied(driver: string, file: string, target: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(PROGRAM, {
      eval: true,
      execArgv: [],
      name: 'latchkey-backup',
      workerData: { driver, file, target },
    });
    worker.once('message', (problem: string | null) => {
      if (problem === null) resolve();
      else reject(new Error(`the database could not be copied: ${problem}`));
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      reject(new Error('the thread that copies the database has ended'));
    });
  });
}
