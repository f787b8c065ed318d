/** The commands that work on the database; each is loaded only when it is used. */
import { DomainError, errorSummary } from '../core/index.js';
import { EXIT, UsageError, type CommandName, type ExitCode, type Invocation } from '../cli/index.js';
import { ConfigError } from '../config/index.js';
import { DatabaseAccessError, UnusableDatabase } from '../persistence/index.js';
import { CommandError, type CommandCall, type CommandContext } from './command-context.js';

export { type CommandIo, type CommandContext } from './command-context.js';

type Command = (call: CommandCall) => Promise<ExitCode | undefined>;

/** Loads what a command needs, and runs it. A command without an exit code of its own is done. */
const COMMANDS: Readonly<Record<Exclude<CommandName, 'start' | 'dev'>, Command>> = {
  'admin reset-password': (call) => done(import('./users.js').then((users) => users.resetPassword(call))),
  'admin create-token': (call) => done(import('./users.js').then((users) => users.createToken(call))),
  'admin create': (call) => done(import('./users.js').then((users) => users.createAdministrator(call))),
  'admin unlock': (call) => done(import('./users.js').then((users) => users.unlock(call))),
  'user list': (call) => done(import('./users.js').then((users) => users.listUsers(call))),
  'token list': (call) => done(import('./tokens.js').then((tokens) => tokens.listTokens(call))),
  'token revoke': (call) => import('./tokens.js').then((tokens) => tokens.revokeTokens(call)),
  'import canvus': (call) => import('./import/listing.js').then((listing) => listing.importListing(call, 'canvus')),
  'import tokens': (call) => import('./import/tokens.js').then((tokens) => tokens.importTokens(call)),
  'import users': (call) => import('./import/users.js').then((users) => users.importUsers(call)),
  apply: (call) => import('./apply-export/apply.js').then((declaring) => declaring.apply(call)),
  export: (call) => done(import('./apply-export/export.js').then((declaring) => declaring.exportDeclared(call))),
  backup: (call) => done(import('./backup.js').then((backup) => backup.backUp(call))),
  restore: (call) => done(import('./restore.js').then((restore) => restore.restore(call))),
  'migrate status': (call) => import('./migrate.js').then((schema) => schema.migrationStatus(call)),
  'migrate up': (call) => done(import('./migrate.js').then((schema) => schema.migrateUp(call))),
  'migrate down': (call) => done(import('./migrate.js').then((schema) => schema.migrateDown(call))),
  check: (call) => import('./check.js').then((check) => check.check(call)),
  config: (call) => import('./config.js').then((config) => config.showConfig(call)),
};

async function done(work: Promise<void>): Promise<undefined> {
  await work;
}

/** Runs a command, and reports what it cannot do. @returns the exit code of the process */
export async function runCommand({ command, words, options }: Invocation, context: CommandContext): Promise<ExitCode> {
  if (command === 'start' || command === 'dev') throw new Error('the server is not started from here');
  try {
    return (await COMMANDS[command]({ ...context, words, options })) ?? EXIT.done;
  } catch (error) {
    const message = isExpected(error) ? error.message : `unexpected error: ${errorSummary(error)}`;
    context.io.err(options.json ? `${JSON.stringify({ error: message })}\n` : `${message}\n`);
    return exitCodeFor(error);
  }
}

function isExpected(error: unknown): error is Error {
  const kinds = [CommandError, ConfigError, DomainError, DatabaseAccessError, UnusableDatabase, UsageError];
  return kinds.some((kind) => error instanceof kind);
}

function exitCodeFor(error: unknown): ExitCode {
  if (error instanceof UsageError) return EXIT.usage;
  const isDatabase =
    error instanceof DatabaseAccessError || (error instanceof DomainError && error.code === 'unavailable');
  return isDatabase ? EXIT.database : EXIT.failed;
}
