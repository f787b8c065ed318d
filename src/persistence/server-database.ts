/** Tells what the open database is, and which instances use it. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { DataSource } from 'typeorm';
import {
  DomainError,
  ServerDatabase,
  type BackupFile,
  type ChangeRelay,
  type Clock,
  type DatabaseFacts,
  type RunningInstance,
} from '../core/index.js';
import { databaseBytes } from './database-bytes.js';
import { describePostgres } from './data-source.js';
import { engineOf } from './engine.js';
import { onPrimary } from './primary.js';
import { Instance } from './relay/instance.entity.js';
import { PostgresRelay } from './relay/postgres-relay.js';
import { schemaStateOf } from './schema-state.js';
import { backUpSqlite } from './sqlite-backup.js';

/** The address of a PostgreSQL connection, as hosts may give it. */
interface PostgresPlace {
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
}

export class OpenServerDatabase extends ServerDatabase {
  /** Of this process, where instances have no rows. */
  private readonly processId = randomUUID();

  constructor(
    private readonly dataSource: DataSource,
    private readonly relay: ChangeRelay,
    private readonly clock: Clock,
  ) {
    super();
  }

  async facts(): Promise<DatabaseFacts> {
    const { dataSource } = this;
    const isSqlite = engineOf(dataSource) === 'sqlite';
    const { applied } = await schemaStateOf(dataSource);
    return {
      engine: isSqlite ? 'SQLite' : 'PostgreSQL',
      location: isSqlite ? sqliteLocation(dataSource) : postgresLocation(dataSource),
      bytes: await bytesOf(dataSource),
      schema: applied.at(-1) ?? null,
    };
  }

  async instances(): Promise<readonly RunningInstance[]> {
    const now = this.clock.now();
    if (engineOf(this.dataSource) === 'sqlite') {
      return [{ id: this.processId, lastSeenAt: now, hasLease: true, isCurrent: true }];
    }
    const current = this.relay instanceof PostgresRelay ? this.relay.instanceId : null;
    const rows = await onPrimary(this.dataSource, (manager) => manager.find(Instance, { order: { id: 'ASC' } }));
    return rows.map(({ id, fenced }) => ({
      id,
      lastSeenAt: id === current ? now : null,
      hasLease: !fenced,
      isCurrent: id === current,
    }));
  }

  async backUp(): Promise<BackupFile> {
    if (engineOf(this.dataSource) === 'postgres') throw new DomainError('conflict', POSTGRES);
    return backUpSqlite(this.dataSource);
  }
}

const POSTGRES =
  'a PostgreSQL database is backed up by its own tools: run pg_dump --format=custom ' +
  '--exclude-table-data=latchkey_instance against it';

async function bytesOf(dataSource: DataSource): Promise<number | null> {
  try {
    return (await databaseBytes(dataSource)).main ?? null;
  } catch {
    // The role may have no right to ask.
    return null;
  }
}

function sqliteLocation({ options }: DataSource): string {
  const file = String(options.database);
  return file === ':memory:' || file === '' ? 'in memory' : path.resolve(file);
}

function postgresLocation({ options }: DataSource): string {
  const given = options as PostgresPlace & { readonly replication?: { readonly master: PostgresPlace } };
  const { url, host = 'localhost', port = 5432, database = '' } = given.replication?.master ?? given;
  return url === undefined ? `${database} on ${host}:${String(port)}` : describePostgres(url);
}
