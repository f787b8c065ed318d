/** What a command line asks for, once it has been read. */

/** The commands by their full names. `start` and `dev` start a server; the others work on its database. */
export const COMMAND_NAMES = [
  'start',
  'dev',
  'admin reset-password',
  'admin create-token',
  'admin create',
  'admin unlock',
  'user list',
  'token list',
  'token revoke',
  'import canvus',
  'import tokens',
  'import users',
  'apply',
  'export',
  'backup',
  'restore',
  'migrate status',
  'migrate up',
  'migrate down',
  'check',
  'config',
] as const;

export type CommandName = (typeof COMMAND_NAMES)[number];

/** The options of all commands; each command has some of them. */
export interface CommandOptions {
  readonly database?: string;
  readonly port?: string;
  readonly host?: string;
  readonly json?: boolean;
  readonly passwordFile?: string;
  readonly generate?: boolean;
  readonly name?: string;
  readonly description?: string;
  readonly user?: string;
  readonly createdBy?: string;
  readonly account?: string;
  readonly kind?: string;
  readonly force?: boolean;
  readonly newerLog?: string;
  readonly revokeAgain?: boolean;
  readonly markOnly?: boolean;
  readonly dryRun?: boolean;
  readonly skipInvalid?: boolean;
  readonly onConflict?: string;
  readonly server?: string;
  readonly keyFile?: string;
  readonly from?: string;
  readonly tokenFile?: string;
  readonly network?: string;
  readonly yes?: boolean;
  readonly plan?: boolean;
  readonly prune?: boolean;
  readonly replaceSecrets?: boolean;
  readonly hashes?: boolean;
  readonly seed?: string;
  readonly running?: boolean;
}

/** A command with its arguments and options. */
export interface Invocation {
  readonly command: CommandName;
  readonly words: readonly string[];
  readonly options: CommandOptions;
}
