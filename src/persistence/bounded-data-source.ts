/** Data sources that can be closed in bounded time, whatever their database does. */
import { Socket } from 'node:net';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { followLinks } from '../internals/index.js';

/** What is still under way gets this long when the data source is closed; then its connections are cut. */
const CLOSING_MS = 1000;

/** A data source that is not open yet. */
export function newDataSource(options: DataSourceOptions): DataSource {
  // TypeORM loads the driver.
  followLinks();
  return options.type === 'postgres' ? PostgresDataSource.of(options) : new DataSource(options);
}

/** A pool waits for its statements when it is closed, but a frozen server answers none. */
class PostgresDataSource extends DataSource {
  private constructor(
    options: DataSourceOptions,
    private readonly sockets: ReadonlySet<Socket>,
  ) {
    super(options);
  }

  static of(options: DataSourceOptions & { readonly type: 'postgres' }): PostgresDataSource {
    const sockets = new Set<Socket>();
    const stream = (): Socket => {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    };
    const extra = { ...(options.extra as object | undefined), stream };
    return new PostgresDataSource({ ...options, extra }, sockets);
  }

  override async destroy(): Promise<void> {
    const timer = setTimeout(() => {
      for (const socket of this.sockets) socket.destroy();
    }, CLOSING_MS);
    await super.destroy();
    clearTimeout(timer);
  }
}
