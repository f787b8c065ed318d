/** What every command gets: settings, the services of the database, input and output; and the errors of commands. */
import type { Readable } from 'node:stream';
import type { INestApplicationContext } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { CommandOptions } from '../cli/index.js';
import type { Config } from '../config/index.js';
import type { Schema } from '../core/index.js';
import type { DialectImports } from '../identity/index.js';
import { openForCommand } from '../persistence/index.js';
import type { Environment } from '../settings/index.js';
import type { Finding } from './checks.js';

/** Where a command reads and writes. */
export interface CommandIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** For the result: text, or JSON with `--json`. */
  readonly out: (text: string) => void;
  /** For remarks and questions. */
  readonly err: (text: string) => void;
  /** For a line that is drawn again and again; only on a terminal. */
  readonly progress?: ((text: string) => void) | undefined;
}

/** What the process gives its commands. */
export interface CommandContext {
  /** The environment, with the settings that the command line gives. */
  readonly env: Environment;
  /** @throws ConfigError */
  readonly loadConfig: () => Config;
  readonly schema: Schema;
  /** Makes the services of the server for an open database, without a server. */
  readonly servicesFor: (config: Config, dataSource: DataSource) => Promise<INestApplicationContext>;
  /** The rows of an export of the audit log, oldest first; `undefined` for a file of another kind. */
  readonly readAuditExport: (file: string) => Promise<readonly ExportedEvent[] | undefined>;
  /** What the dialects find out about their own settings, and about a database with the schema of this version. */
  readonly dialectFindings: (config: Config, dataSource: DataSource) => Promise<readonly Finding[]>;
  /** What the dialects read of other servers, by the name of the dialect. */
  readonly imports: () => Promise<ReadonlyMap<string, DialectImports>>;
  readonly io: CommandIo;
}

/** A row of an export of the audit log. */
export interface ExportedEvent {
  readonly id: number;
  /** The type of the change, for example `token.revoked`. */
  readonly type: string;
  readonly targetId: string | null;
  readonly targetName: string | null;
  /** Further facts, as the change has them. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** A command with what was given to it. */
export interface CommandCall extends CommandContext {
  readonly words: readonly string[];
  readonly options: CommandOptions;
}

/** Something that a command cannot do; the message says why, and what to do. */
export class CommandError extends Error {}

/** Runs work with the services of the server, on a database that exists and has the schema of this version. */
export async function withServices<T>(
  call: CommandContext,
  work: (services: INestApplicationContext) => Promise<T>,
): Promise<T> {
  const config = call.loadConfig();
  const dataSource = await openForCommand(config.database.address, call.schema);
  try {
    return await withServicesOn(call, config, dataSource, work);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}

/** The same on a database that is open already, and stays open. */
export async function withServicesOn<T>(
  { servicesFor }: CommandContext,
  config: Config,
  dataSource: DataSource,
  work: (services: INestApplicationContext) => Promise<T>,
): Promise<T> {
  const services = await servicesFor(config, dataSource);
  try {
    return await work(services);
  } finally {
    await services.close();
  }
}

/** Writes a result: as JSON with `--json`, otherwise as text. */
export function print({ io, options }: Pick<CommandCall, 'io' | 'options'>, value: unknown, text: string): void {
  io.out(options.json ? `${JSON.stringify(value, null, 2)}\n` : text);
}
