/** An unavailable database: a stopped PostgreSQL, or an SQLite file that another process has locked. */
import Database from 'better-sqlite3';
import { closeLater } from '../../support/closing.js';
import { createDatabase } from '../../support/engines.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { startInMount, type TestServer } from '../../support/test-server.js';
import type { Engine } from '../../../src/persistence/index.js';

export interface Outage {
  readonly server: TestServer;
  /** Makes the database unavailable. */
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** A server whose database can become unavailable. */
export async function startWithOutage(
  engine: Engine,
  env: Record<string, string>,
  start: typeof startInMount = startInMount,
): Promise<Outage> {
  return engine === 'postgres' ? behindProxy(env, start) : besideOther(env, start);
}

async function behindProxy(env: Record<string, string>, start: typeof startInMount): Promise<Outage> {
  const database = await createDatabase('postgres');
  const proxy = await TcpProxy.to(database.url);
  const server = await start('postgres', { ...env, DATABASE_URL: proxy.url }, database);
  return {
    server,
    begin: () => {
      proxy.cut();
      return Promise.resolve();
    },
    end: () => {
      proxy.mend();
      return Promise.resolve();
    },
  };
}

async function besideOther(env: Record<string, string>, start: typeof startInMount): Promise<Outage> {
  const server = await start('sqlite', env);
  await server.dataSource.query('PRAGMA busy_timeout = 20');
  const other = new Database(server.database.url.slice('sqlite:'.length));
  closeLater(() => other.close());
  const execute = (statement: string) => (): Promise<void> => {
    other.exec(statement);
    return Promise.resolve();
  };
  return { server, begin: execute('BEGIN IMMEDIATE'), end: execute('ROLLBACK') };
}
