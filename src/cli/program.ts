/** Declares the commands of `latchkey` with their arguments and options, and reads a command line by them. */
import { Command, CommanderError, Option } from 'commander';
import { completionScript, SHELLS } from './completion.js';
import { EXIT, EXIT_CODES_HELP, type ExitCode } from './exit-codes.js';
import type { CommandName, CommandOptions, Invocation } from './invocation.js';
import { SETTINGS_HELP } from './settings-list.js';

/** Runs a command. Not called for help and the version. */
export type RunCommand = (invocation: Invocation) => Promise<ExitCode>;

/** Where help, versions and usage errors are written. */
export interface TextOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const STANDARD: TextOutput = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
};

const INTRODUCTION = `A self-hosted token authority. Without a command, the server is started.

The first start on an empty database prints an administrator's credentials,
which are not shown again: "latchkey admin" lets people in who have lost them.
The other commands work on the database itself, whether or not the server runs.`;

const SETTINGS = `
Settings are environment variables, all optional. An empty value counts as not set.

${SETTINGS_HELP}`;

/**
 * Reads a command line and runs what it asks for.
 * @param words - without the names of Node and of the script
 */
export async function runProgram(
  words: readonly string[],
  version: string,
  run: RunCommand,
  output: TextOutput = STANDARD,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  const program = latchkeyProgram(version, output, async (invocation) => {
    code = await run(invocation);
  });
  try {
    await program.parseAsync(withDefault(words), { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
}

/** Starting is what `latchkey` does without a command. */
function withDefault(words: readonly string[]): readonly string[] {
  const [first = '-'] = words;
  return !first.startsWith('-') || /^(-h|--help|-v|--version)$/.test(first) ? words : ['start', ...words];
}

function latchkeyProgram(version: string, output: TextOutput, run: (invocation: Invocation) => Promise<void>): Command {
  const program = new Command('latchkey')
    .description(INTRODUCTION)
    .version(version, '-v, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureOutput({ writeOut: output.out, writeErr: output.err })
    .showHelpAfterError('(see latchkey --help)')
    .exitOverride();
  const declare = new Declarations(program, run);
  start(declare);
  dev(declare);
  administrators(declare);
  tokens(declare);
  moving(declare);
  declaring(declare);
  database(declare);
  program
    .command('completion')
    .description('print the completion script of a shell: bash, zsh or fish')
    .argument('<shell>', SHELLS.join(', '))
    .action((shell: string, _options, command: Command) => {
      const script = completionScript(shell, program);
      if (script === undefined)
        command.error(`error: there is no completion for '${shell}'; give ${SHELLS.join(', ')}`);
      output.out(script);
    });
  return program.addHelpText('after', `\n${EXIT_CODES_HELP}${SETTINGS}`);
}

/** Declares commands, each of which hands over what was given to it. */
class Declarations {
  private readonly groups = new Map<string, Command>();

  constructor(
    private readonly program: Command,
    private readonly run: (invocation: Invocation) => Promise<void>,
  ) {}

  group(name: string, description: string): void {
    this.groups.set(name, this.program.command(name).description(description));
  }

  command(name: CommandName, description: string, argument?: readonly [form: string, description: string]): Command {
    const [first = '', second] = name.split(' ');
    const parent = second === undefined ? this.program : (this.groups.get(first) ?? this.program);
    const command = parent.command(second ?? first).description(description);
    if (argument) command.argument(...argument);
    command.option('--database <address>', 'instead of DATABASE_URL; without a password');
    return this.acting(name, command, argument !== undefined);
  }

  /** A command without a database of the settings. */
  server(name: CommandName, description: string): Command {
    return this.acting(name, this.program.command(name).description(description), false);
  }

  private acting(name: CommandName, command: Command, hasArgument: boolean): Command {
    command.action(async (...given: unknown[]) => {
      const [options] = given.slice(hasArgument ? 1 : 0) as [CommandOptions];
      const words = hasArgument ? [given[0] ?? []].flat() : [];
      await this.run({ command: name, words: words as string[], options });
    });
    return command;
  }
}

const JSON_OPTION = ['--json', 'print JSON'] as const;
const PASSWORD_OPTIONS = [
  ['--password-file <file>', 'read the password from a file; - for standard input'],
  ['--generate', 'make a password, and print it once'],
] as const;

function start(declare: Declarations): void {
  declare
    .command('start', 'start the server (default)')
    .option('--port <port>', 'instead of PORT')
    .option('--host <address>', 'instead of HOST');
}

function dev(declare: Declarations): void {
  declare
    .server('dev', 'start a server for tests in memory, with a seed, a clock that can be moved, and faults')
    .option('--seed <file>', 'JSON or YAML that says which users, accounts and tokens it begins with')
    .option('--port <port>', 'on 127.0.0.1; 0 for any free one', '3000')
    .option('--running', 'let the clock go on; without it, it stands still until it is moved')
    .option(...JSON_OPTION);
}

function administrators(declare: Declarations): void {
  declare.group('admin', 'let people in again: passwords, access tokens, administrators');
  const who = '[user]';
  const whom = 'e-mail address or id; may be left out while there is only one administrator';
  declare
    .command('admin reset-password', 'set the password of a user, and end their logins', [who, whom])
    .option(...PASSWORD_OPTIONS[0])
    .option(...PASSWORD_OPTIONS[1])
    .option(...JSON_OPTION);
  declare
    .command('admin create-token', 'make an access token for a user, and print it once', [who, whom])
    .option('--description <text>', 'what it is for', 'Made on the command line')
    .option(...JSON_OPTION);
  declare
    .command('admin create', 'create an administrator', ['<email>', 'their e-mail address'])
    .option('--name <name>', 'their name', 'Administrator')
    .option(...PASSWORD_OPTIONS[0])
    .option(...PASSWORD_OPTIONS[1])
    .option(...JSON_OPTION);
  declare
    .command('admin unlock', 'unblock and approve a user, and forget their failed logins', [who, whom])
    .option('--network <address>', 'instead of a user: forget the failures of the networks of an address')
    .option(...JSON_OPTION);
}

function tokens(declare: Declarations): void {
  declare.group('user', 'show users');
  declare.command('user list', 'list all users').option(...JSON_OPTION);
  declare.group('token', 'show and revoke tokens of every kind');
  declare
    .command('token list', 'list tokens, without their secrets')
    .option('--user <user>', 'only those that act for this user: e-mail address or id')
    .option('--created-by <user>', 'only those that this user has created, for themselves or for an account')
    .option('--account <id>', 'only those of this account')
    .option('--kind <kind>', 'only those of this kind, for example session')
    .option(...JSON_OPTION);
  declare
    .command('token revoke', 'revoke tokens: when it returns, no instance accepts them', [
      '<id...>',
      'ids as token list shows them, or client ids',
    ])
    .option(...JSON_OPTION);
}

/** What all imports have. */
function importing(command: Command): Command {
  return command
    .option('--dry-run', 'say what would be imported, and change nothing')
    .option('--skip-invalid', 'import the rest although some rows cannot be')
    .addOption(
      new Option(
        '--on-conflict <decision>',
        'what is taken already: change nothing, leave it out, or take it for the same',
      )
        .choices(['fail', 'skip', 'merge'])
        .default('fail'),
    )
    .option(...JSON_OPTION);
}

const KEY_FILE_OPTION = ['--key-file <file>', 'the key of hmac-sha256, as it is or after hex: or base64:'] as const;
const FILE_OF_ROWS = ['<file>', 'JSON lines, a JSON array, or CSV'] as const;

function moving(declare: Declarations): void {
  declare.group('import', 'move in: users and tokens of other servers');
  importing(
    declare
      .command('import canvus', 'import the users and access tokens of a Canvus server', [
        '<file>',
        'its listing; with --from, where it is written',
      ])
      .option('--from <address>', 'read the listing from the running server first')
      .option('--token-file <file>', 'the token of an administrator there; - for standard input, or IMPORT_TOKEN')
      .option('--server <name>', 'a name for that server, the same in every run', 'canvus'),
  );
  importing(
    declare
      .command('import tokens', 'import tokens of accounts and users by the hashes of their secrets', FILE_OF_ROWS)
      .option(...KEY_FILE_OPTION),
  );
  importing(
    declare
      .command('import users', 'import users with the bcrypt hashes of their passwords', FILE_OF_ROWS)
      .option('--server <name>', 'a name for where they come from, the same in every run', 'users'),
  );
}

function declaring(declare: Declarations): void {
  declare
    .command('apply', 'make the server have what a file declares: users, accounts, tokens, policies, applications', [
      '<file>',
      'YAML or JSON; - for standard input',
    ])
    .option('--plan', 'only show what would be done')
    .option('--yes', 'do not ask')
    .option('--prune', 'delete what the sections of the file do not have')
    .option('--replace-secrets', 'also replace passwords and secrets of those who are there')
    .option(...KEY_FILE_OPTION)
    .option(...JSON_OPTION);
  declare
    .command('export', 'write what the server has in the form that apply takes, without secrets', [
      '[file]',
      'the file to write; standard output by default',
    ])
    .option('--hashes', 'with the hashes of passwords and secrets')
    .option('--force', 'replace the file if it exists')
    .option(...JSON_OPTION);
}

function database(declare: Declarations): void {
  declare
    .command('backup', 'copy the database to a file, while the server runs', ['<file>', 'the file to write'])
    .option('--force', 'replace the file if it exists')
    .option(...JSON_OPTION);
  declare
    .command('restore', 'replace the database by a copy; the server must be stopped', ['[file]', 'the copy'])
    .option('--force', 'replace a database that exists; it is kept under another name')
    .option('--newer-log <file>', 'tells what was revoked since: a database file, or an export of the audit log (CSV)')
    .option('--revoke-again', 'end again what had been ended since')
    .option('--mark-only', 'only mark a database that was restored by other means')
    .option(...JSON_OPTION);
  declare.group('migrate', 'the schema of the database');
  declare.command('migrate status', 'show which migrations have run').option(...JSON_OPTION);
  declare.command('migrate up', 'bring the schema up to date, as every start does').option(...JSON_OPTION);
  declare.command('migrate down', 'revert the last migration; the server must be stopped').option(...JSON_OPTION);
  declare
    .command('check', 'check settings, database, schema, integrity and clock', ['[file]', 'a copy to check instead'])
    .option(...JSON_OPTION);
  declare.command('config', 'show the settings in force, and where each comes from').option(...JSON_OPTION);
}
