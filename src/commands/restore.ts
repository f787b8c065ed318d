/** The command `restore`: replaces an SQLite database by a copy, and shows what that brings back to life. */
import { chownSync, existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { DataSource } from 'typeorm';
import type { Config } from '../config/index.js';
import {
  SqliteClaim,
  copySqlite,
  foldLog,
  migrate,
  openForCommand,
  reasonOf,
  schemaProblem,
  schemaStateOf,
  syncFile,
} from '../persistence/index.js';
import { checkedCopy } from './backup.js';
import { requireNoServer } from './migrate.js';
import { markRestored, printRestored, type Restored } from './mark-restored.js';
import { CommandError, type CommandCall } from './command-context.js';

/** `restore FILE`, or `restore --mark-only` */
export async function restore(call: CommandCall): Promise<void> {
  const [copy] = call.words;
  const config = call.loadConfig();
  const { address } = config.database;
  if (call.options.markOnly) return markOnly(call, config);
  if (address.engine === 'postgres') throw new CommandError(POSTGRES);
  if (copy === undefined) throw new CommandError('give the copy to restore');
  requireCopy(copy, address.path);
  const isReplacing = isFilled(address.path);
  if (isReplacing && !call.options.force) {
    throw new CommandError(
      `there is a database at ${address.path}: give --force to replace it (it is kept under another name)`,
    );
  }
  const claim = await SqliteClaim.takeFile(address.path);
  try {
    const restored = await restoreFile(call, config, { copy, target: address.path, isReplacing });
    claim.markData();
    printRestored(call, restored);
  } finally {
    claim.release();
    // The claim has made an empty file where there was none.
    if (!isFilled(address.path)) rmSync(address.path, { force: true });
  }
}

const POSTGRES =
  'a PostgreSQL database is restored by its own tools. Stop all servers, and run\n\n' +
  '  pg_restore --clean --if-exists --single-transaction --dbname="$DATABASE_URL" FILE\n' +
  '  latchkey restore --mark-only';

interface Replacement {
  readonly copy: string;
  readonly target: string;
  /** Whether there is a database in the place of the target. */
  readonly isReplacing: boolean;
}

async function restoreFile(call: CommandCall, config: Config, replacement: Replacement): Promise<Restored> {
  const { copy, target, isReplacing } = replacement;
  const unfinished = `${target}.restoring-${String(process.pid)}`;
  try {
    await copySqlite(copy, unfinished).catch((error: unknown) => {
      throw new CommandError(`${copy} cannot be restored (${reasonOf(error)})`);
    });
    await checkedCopy(call, unfinished);
    if (isReplacing) await foldLog(target).catch(() => undefined);
    const newerLog = call.options.newerLog ?? (isReplacing ? target : undefined);
    const restored = await onMigrated(call, unfinished, (dataSource) =>
      markRestored(call, config, dataSource, { from: path.basename(copy), newerLog, isGiven: newerLog !== target }),
    );
    await foldLog(unfinished);
    const kept = isReplacing ? keptName(target) : undefined;
    replace(unfinished, target, kept);
    return { ...restored, database: target, kept };
  } finally {
    for (const ending of ['', '-wal', '-shm']) rmSync(`${unfinished}${ending}`, { force: true });
  }
}

/** Works on a copy, once its schema is that of this version. */
async function onMigrated<T>(
  { schema }: CommandCall,
  file: string,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const access = { anySchema: true, unlimited: true };
  const dataSource = await openForCommand({ engine: 'sqlite', path: file }, schema, access);
  try {
    const state = await schemaStateOf(dataSource);
    const problem = state.unknown.length > 0 || state.applied.length === 0 ? schemaProblem(state) : undefined;
    if (problem !== undefined) throw new CommandError(`the copy cannot be restored: ${problem}`);
    await migrate(dataSource);
    return await work(dataSource);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}

/** Marks a database that was restored by other means. */
async function markOnly(call: CommandCall, config: Config): Promise<void> {
  const { address } = config.database;
  const claim = await SqliteClaim.take(address);
  try {
    const dataSource = await openForCommand(address, call.schema);
    try {
      await requireNoServer(dataSource);
      const { newerLog } = call.options;
      const marked = await markRestored(call, config, dataSource, { from: 'other means', newerLog, isGiven: true });
      printRestored(call, { ...marked, database: undefined, kept: undefined });
    } finally {
      await dataSource.destroy();
    }
  } finally {
    claim?.release();
  }
}

/** @throws CommandError */
function requireCopy(copy: string, target: string): void {
  if (!isFilled(copy)) throw new CommandError(`there is no copy ${copy}, or it is empty`);
  if (path.resolve(copy) === path.resolve(target)) throw new CommandError(`${copy} is the database itself`);
}

function isFilled(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function keptName(target: string): string {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${target}.replaced-${time}`;
}

/** Puts the new file in the place of the old one in one step, so that there is a database at every moment. */
function replace(unfinished: string, target: string, kept: string | undefined): void {
  const { uid, gid } = statSync(target);
  if (process.getuid?.() === 0) chownSync(unfinished, uid, gid);
  if (kept !== undefined) {
    linkSync(target, kept);
    // Only there if the old database could not be read: its log must not be taken for that of the new one.
    if (existsSync(`${target}-wal`)) renameSync(`${target}-wal`, `${kept}-wal`);
  }
  for (const ending of ['-wal', '-shm']) rmSync(`${target}${ending}`, { force: true });
  renameSync(unfinished, target);
  syncFile(target);
}
