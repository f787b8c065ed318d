/** The commands that work on the database: gives them the settings, and the services of the server without the server. */
import { Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { sharedOptions } from './standalone/app.module.js';
import type { ExitCode, Invocation } from './cli/index.js';
import { runCommand, type CommandIo, type CommandContext } from './commands/index.js';
import { loadConfig, type Config } from './config/index.js';
import { ChangeRelay, EventBus } from './core/index.js';
import { TokenRevocation } from './data-plane/index.js';
import { DIALECTS } from './dialects.js';
import type { DialectImports } from './identity/index.js';
import { CHECKPOINTS, LatchkeyModule } from './latchkey.module.js';
import { NestLog, createLog } from './operations/index.js';
import { Connection, guestRelayFor } from './persistence/index.js';
import { schemaOf } from './schema.js';
import type { Environment } from './settings/index.js';

const STANDARD_IO: CommandIo = {
  stdin: process.stdin,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  progress: process.stderr.isTTY ? (text) => process.stderr.write(text) : undefined,
};

/** A command lasts too short a time to clean up. */
const NO_CLEANUP_MS = 86_400_000;

/** Runs a command that is not `start`. @param env - with the settings that the command line gives */
export function runOnDatabase(invocation: Invocation, env: Environment, io = STANDARD_IO): Promise<ExitCode> {
  return runCommand(invocation, {
    env,
    io,
    loadConfig: () => loadConfig(env),
    schema: schemaOf(DIALECTS),
    servicesFor,
    readAuditExport,
    dialectFindings: findingsOfDialects,
    imports: importsOfDialects,
  });
}

async function findingsOfDialects(
  config: Config,
  dataSource: DataSource,
): ReturnType<CommandContext['dialectFindings']> {
  const settings: Readonly<Record<string, object>> = config.dialects;
  const found = DIALECTS.map(({ name, findings }) =>
    findings ? findings(settings[name] ?? {}, dataSource) : Promise.resolve([]),
  );
  return (await Promise.all(found)).flat();
}

async function importsOfDialects(): ReturnType<CommandContext['imports']> {
  const all = new Map<string, DialectImports>();
  for (const { name, imports } of DIALECTS) if (imports) all.set(name, await imports());
  return all;
}

/** Read by the dialect in whose form it is. */
async function readAuditExport(file: string): ReturnType<CommandContext['readAuditExport']> {
  for (const dialect of DIALECTS) {
    const rows = await dialect.readAuditExport?.(file);
    if (rows) return rows;
  }
  return undefined;
}

/** The services for an open database. Closing them leaves it open. */
function servicesFor(config: Config, dataSource: DataSource): Promise<INestApplicationContext> {
  const log = createLog({ ...config.log, level: config.log.level === 'silent' ? 'silent' : 'error' });
  return NestFactory.createApplicationContext(AdministrationModule.forRoot(config, dataSource), {
    logger: new NestLog(log),
    abortOnError: false,
  });
}

@Module({})
class AdministrationModule {
  static forRoot(config: Config, dataSource: DataSource): DynamicModule {
    const latchkey = LatchkeyModule.forRoot({
      dialects: DIALECTS,
      ...sharedOptions(config),
      cleanup: { ...config.cleanup, initialDelayMs: NO_CLEANUP_MS },
      providers: [
        { provide: Connection, useValue: Connection.of(dataSource) },
        // A server does that, and would have to wait.
        { provide: CHECKPOINTS, useValue: null },
        {
          provide: ChangeRelay,
          useFactory: (events: EventBus) => guestRelayFor(dataSource, events, config.database.leaseSeconds),
          inject: [EventBus],
        },
      ],
    });
    return { module: AdministrationModule, imports: [latchkey], providers: [TokenRevocation] };
  }
}
