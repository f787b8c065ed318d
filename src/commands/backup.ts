/** The command `backup`: a checked copy of an SQLite database in one file, made while the server runs. */
import { existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { COMMAND_LINE } from '../core/index.js';
import { BackupLog } from '../identity/index.js';
import {
  copySqlite,
  describeAddress,
  openForCommand,
  reasonOf,
  requireFile,
  rowCounts,
  syncFile,
} from '../persistence/index.js';
import { databaseFindings } from './checks.js';
import { CommandError, print, withServices, type CommandCall, type CommandContext } from './command-context.js';

/** `backup FILE` */
export async function backUp(call: CommandCall): Promise<void> {
  const [file = ''] = call.words;
  const { address } = call.loadConfig().database;
  if (address.engine === 'postgres') throw new CommandError(POSTGRES);
  requireFile(address);
  requireTarget(file, address.path, call.options.force ?? false);
  const unfinished = `${file}.unfinished-${String(process.pid)}`;
  try {
    await copySqlite(address.path, unfinished);
    const rows = await checkedCopy(call, unfinished);
    place(unfinished, file, call.options.force ?? false);
    const { size } = statSync(file);
    await record(call, size);
    const text = `${describeAddress(address)} is copied to ${file} (${String(size)} bytes), and the copy is intact:\n`;
    const counts = Object.entries(rows).map(([table, count]) => `  ${table.padEnd(30)}${String(count)}\n`);
    print(call, { file: path.resolve(file), bytes: size, rows }, text + counts.join(''));
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** Notes in the database that there is a copy. That fails where nothing can be written, which is when one is needed. */
async function record(call: CommandCall, bytes: number): Promise<void> {
  try {
    await withServices(call, (services) => services.get(BackupLog).write(COMMAND_LINE, bytes));
  } catch (error) {
    call.io.err(`the copy is complete, but the database does not record that it was made: ${reasonOf(error)}\n`);
  }
}

const POSTGRES =
  'a PostgreSQL database is copied by its own tools, while servers run:\n\n' +
  '  pg_dump --format=custom --exclude-table-data=latchkey_instance --file=FILE "$DATABASE_URL"\n\n' +
  'Where others can see the list of processes, give host, user and password by PGHOST, PGUSER and PGPASSFILE instead. ' +
  'Look at the copy with pg_restore --list FILE. To restore it: pg_restore --clean --if-exists --single-transaction, ' +
  'then latchkey restore --mark-only';

/** @throws CommandError if nothing may be written there */
function requireTarget(file: string, database: string, force: boolean): void {
  if (!existsSync(path.dirname(path.resolve(file)))) {
    throw new CommandError(`there is no folder ${path.dirname(file)}: create it, or give another file`);
  }
  const belongings = ['', '-wal', '-shm', '-server'].map((ending) => path.resolve(`${database}${ending}`));
  if (belongings.includes(path.resolve(file))) {
    throw new CommandError(`${file} belongs to the database itself: give another file`);
  }
  if (existsSync(file) && !force) throw exists(file);
}

function exists(file: string): CommandError {
  return new CommandError(`${file} exists: give another file, or --force to replace it`);
}

/** Gives the copy its name. Without force, another process that was faster keeps it. */
function place(unfinished: string, file: string, force: boolean): void {
  if (force) renameSync(unfinished, file);
  else {
    try {
      linkSync(unfinished, file);
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? exists(file) : error;
    }
  }
  syncFile(file);
}

/**
 * Checks that a copy is intact and has a schema that this version knows.
 * @returns the numbers of its rows by table; none if its schema is older
 * @throws CommandError
 */
export async function checkedCopy({ schema }: CommandContext, file: string): Promise<Record<string, number>> {
  const access = { readOnly: true, anySchema: true };
  const dataSource = await openForCommand({ engine: 'sqlite', path: file }, schema, access);
  try {
    const findings = await databaseFindings(dataSource);
    const problems = findings.filter(({ check, status }) => status === 'problem' && check === 'integrity');
    if (problems.length > 0) throw new CommandError(problems.map(({ message }) => message).join('; '));
    return findings.some(({ check }) => check === 'contents') ? await rowCounts(dataSource) : {};
  } finally {
    await dataSource.destroy();
  }
}
