/** A database that cannot serve: a PostgreSQL that is gone, an SQLite file that another process holds. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import Database from 'better-sqlite3';
import { createDatabase } from '../../support/engines.js';
import { startInMount, type TestServer } from '../../support/test-server.js';
import type { Engine } from '../../../src/persistence/index.js';

export interface Outage {
  readonly server: TestServer;
  /** From here on the database does not serve. */
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** A server whose database can be taken from it. */
export async function startWithOutage(
  engine: Engine,
  env: Record<string, string>,
  start: typeof startInMount = startInMount,
): Promise<Outage> {
  return engine === 'postgres' ? behindProxy(env, start) : besideOther(env, start);
}

async function behindProxy(env: Record<string, string>, start: typeof startInMount): Promise<Outage> {
  const database = await createDatabase('postgres');
  const url = new URL(database.url);
  const proxy = new Proxy(url.hostname, Number(url.port));
  url.port = String(await proxy.listen());
  const server = await start('postgres', { ...env, DATABASE_URL: url.href }, database);
  const close = async (): Promise<void> => {
    await server.close();
    await proxy.close();
  };
  const interrupt = (isDown: boolean) => (): Promise<void> => {
    proxy.interrupt(isDown);
    return Promise.resolve();
  };
  return { server: { ...server, close }, begin: interrupt(true), end: interrupt(false) };
}

async function besideOther(env: Record<string, string>, start: typeof startInMount): Promise<Outage> {
  const server = await start('sqlite', env);
  await server.dataSource.query('PRAGMA busy_timeout = 20');
  const other = new Database(server.database.url.slice('sqlite:'.length));
  const close = async (): Promise<void> => {
    other.close();
    await server.close();
  };
  const execute = (statement: string) => (): Promise<void> => {
    other.exec(statement);
    return Promise.resolve();
  };
  return { server: { ...server, close }, begin: execute('BEGIN IMMEDIATE'), end: execute('ROLLBACK') };
}

/** Passes bytes on to another port, or cuts every connection. */
class Proxy {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private isDown = false;

  constructor(host: string, port: number) {
    this.server = createServer((inward) => {
      if (this.isDown) {
        inward.destroy();
        return;
      }
      const outward = connect(port, host);
      for (const socket of [inward, outward]) {
        this.sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => this.sockets.delete(socket));
      }
      inward.pipe(outward).pipe(inward);
    });
  }

  async listen(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  interrupt(isDown: boolean): void {
    this.isDown = isDown;
    if (isDown) for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.interrupt(true);
    this.server.close();
    await once(this.server, 'close');
  }
}
