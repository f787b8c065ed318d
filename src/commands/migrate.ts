/** The commands about the schema: show which migrations have run, run those that are pending, revert the last one. */
import type { DataSource } from 'typeorm';
import {
  migrate,
  openForCommand,
  requireFile,
  schemaProblem,
  schemaStateOf,
  serversOn,
  SqliteClaim,
  type SchemaState,
} from '../persistence/index.js';
import { EXIT, type ExitCode } from '../cli/index.js';
import { CommandError, print, type CommandCall } from './command-context.js';

/** `migrate status`; fails while the schema is not that of this version */
export async function migrationStatus(call: CommandCall): Promise<ExitCode> {
  return onDatabase(call, async (dataSource) => {
    const state = await schemaStateOf(dataSource);
    const { applied, pending, unknown } = state;
    const lines = [
      ...applied.map((name) => `  applied  ${name}\n`),
      ...pending.map((name) => `  pending  ${name}\n`),
      ...unknown.map((name) => `  unknown  ${name}\n`),
    ];
    const problem = schemaProblem(state);
    print(call, state, `${lines.join('')}${problem ?? 'The schema is that of this version.'}\n`);
    return problem === undefined ? EXIT.done : EXIT.failed;
  });
}

/** `migrate up` */
export async function migrateUp(call: CommandCall): Promise<void> {
  const { pending } = await onDatabase(call, knownState);
  // A running server has the schema already, and must not be stopped for this.
  if (pending.length > 0) await claimed(call, migrate);
  const text = pending.length === 0 ? 'Nothing was pending.\n' : pending.map((name) => `ran ${name}\n`).join('');
  print(call, { ran: pending }, text);
}

/** `migrate down` */
export async function migrateDown(call: CommandCall): Promise<void> {
  await claimed(call, async (dataSource) => {
    const { applied } = await knownState(dataSource);
    const last = applied.at(-1);
    if (last === undefined) throw new CommandError('there is no migration to revert');
    await requireNoServer(dataSource);
    await dataSource.undoLastMigration({ transaction: 'each' });
    print(call, { reverted: last }, `reverted ${last}\n`);
  });
}

async function knownState(dataSource: DataSource): Promise<SchemaState> {
  const state = await schemaStateOf(dataSource);
  const problem = state.unknown.length > 0 ? schemaProblem(state) : undefined;
  if (problem !== undefined) throw new CommandError(problem);
  return state;
}

/** @throws CommandError while servers use the PostgreSQL database */
export async function requireNoServer(dataSource: DataSource): Promise<void> {
  const connections = await serversOn(dataSource);
  if (connections === 0) return;
  throw new CommandError(
    `servers use this database (${String(connections)} connections are open): stop all of them first`,
  );
}

/** Holds an SQLite file during the migration, so that no server uses it. */
async function claimed(call: CommandCall, work: (dataSource: DataSource) => Promise<void>): Promise<void> {
  const { address } = call.loadConfig().database;
  requireFile(address);
  const claim = await SqliteClaim.take(address);
  try {
    await onDatabase(call, work);
  } finally {
    claim?.release();
  }
}

async function onDatabase<T>(call: CommandCall, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const { address } = call.loadConfig().database;
  const dataSource = await openForCommand(address, call.schema, { anySchema: true, unlimited: true });
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
