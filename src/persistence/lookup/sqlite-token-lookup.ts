/**
 * SQLite: a second connection that only reads. It sees what is committed, and does not wait for the writer; a database
 * in memory has but one connection, which is asked in turn.
 */
import type { OnApplicationShutdown } from '@nestjs/common';
import type Database from 'better-sqlite3';
import type { DataSource } from 'typeorm';
import { TokenLookup, type LookupKey, type StoredToken, type Transactor } from '../../core/index.js';
import { translated } from '../driver-errors.js';
import { TokenRows, type TokenRow } from './token-rows.js';

/** How long a read may wait for a checkpoint; longer would block the process. */
const BUSY_MS = 100;

export class SqliteTokenLookup extends TokenLookup implements OnApplicationShutdown {
  private readonly rows: TokenRows;
  private readonly byDigest: string;
  private readonly byHandle: string;
  private reader: Reader | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly transactor: Transactor,
  ) {
    super();
    this.rows = new TokenRows(dataSource);
    const select = `SELECT ${this.rows.columns} FROM "latchkey_token" token WHERE`;
    this.byDigest = `${select} token."secret_digest" = ? OR token."previous_secret_digest" = ?`;
    this.byHandle = `${select} token."kind" = ? AND token."handle_scope" = ? AND token."handle" = ?`;
    this.reader = this.openReader();
  }

  onApplicationShutdown(): void {
    this.reader?.close();
    this.reader = undefined;
  }

  find(key: LookupKey): StoredToken | null | Promise<StoredToken | null> {
    if (!this.reader) return this.inTurn(key);
    try {
      const row =
        'digest' in key
          ? this.reader.byDigest.get(key.digest, key.digest)
          : this.reader.byHandle.get(key.kind, key.handleScope, key.handle);
      return row ? this.rows.stored(row) : null;
    } catch (error) {
      throw translated(error);
    }
  }

  private async inTurn(key: LookupKey): Promise<StoredToken | null> {
    const [row] = await this.transactor.read((manager) =>
      'digest' in key
        ? manager.query<TokenRow[]>(this.byDigest, [key.digest, key.digest])
        : manager.query<TokenRow[]>(this.byHandle, [key.kind, key.handleScope, key.handle]),
    );
    return row ? this.rows.stored(row) : null;
  }

  private openReader(): Reader | undefined {
    const { database, key } = this.dataSource.options as { database: string; key?: string };
    // An encrypted database opens in its owner's way only.
    if (database === '' || database === ':memory:' || key !== undefined) return undefined;
    const { sqlite } = this.dataSource.driver as unknown as { sqlite: typeof Database };
    const connection = new sqlite(database, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
    return {
      byDigest: connection.prepare<unknown[], TokenRow>(this.byDigest),
      byHandle: connection.prepare<unknown[], TokenRow>(this.byHandle),
      close: () => {
        connection.close();
      },
    };
  }
}

interface Reader {
  readonly byDigest: Database.Statement<unknown[], TokenRow>;
  readonly byHandle: Database.Statement<unknown[], TokenRow>;
  close(): void;
}
