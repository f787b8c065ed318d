/**
 * Token look-ups on SQLite, over a second, read-only connection, which sees committed data without waiting for the
 * writer. An in-memory database has only one connection; there, look-ups wait for their turn.
 */
import type { OnApplicationShutdown } from '@nestjs/common';
import type Database from 'better-sqlite3';
import type { DataSource } from 'typeorm';
import { TokenLookup, type LookupKey, type StoredToken } from '../../core/index.js';
import { sqliteClassOf } from '../../internals/index.js';
import { DatabaseCondition } from '../database-condition.js';
import { translated } from '../driver-errors.js';
import type { SqliteTransactor } from '../sqlite-transactor.js';
import { tracedStatement } from '../statement-spans.js';
import { SqliteSnapshot } from './sqlite-snapshot.js';
import { HAS_ACCOUNT, TokenRows, type TokenRow } from './token-rows.js';

/** How long a read may wait for a checkpoint. The wait blocks the process, so it is short. */
const BUSY_MS = 100;

export class SqliteTokenLookup extends TokenLookup implements OnApplicationShutdown {
  private readonly rows: TokenRows;
  private readonly rowBy: Asked<string>;
  private readonly anyBy: Asked<string>;
  private reader: Reader | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly transactor: SqliteTransactor,
  ) {
    super();
    this.rows = new TokenRows(dataSource);
    this.rowBy = asking(this.rows.columns);
    this.anyBy = asking('1');
    this.reader = this.openReader();
  }

  onApplicationShutdown(): void {
    this.reader?.close();
    this.reader = undefined;
  }

  find(key: LookupKey): StoredToken | null | Promise<StoredToken | null> {
    if (!this.reader) return this.inTurn(this.rowBy, key).then((row) => (row ? this.rows.stored(row) : null));
    const row = this.answer(this.reader, this.reader.rowBy, key);
    return row ? this.rows.stored(row) : null;
  }

  exists(key: LookupKey): boolean | Promise<boolean> {
    if (!this.reader) return this.inTurn(this.anyBy, key).then((row) => row !== undefined);
    return this.answer(this.reader, this.reader.anyBy, key) !== undefined;
  }

  private answer({ snapshot }: Reader, { byDigest, byHandle }: Asked<Statement>, key: LookupKey): TokenRow | undefined {
    try {
      snapshot.refresh();
      const statement = 'digest' in key ? byDigest : byHandle;
      const values = 'digest' in key ? [key.digest, key.digest] : [key.kind, key.handleScope, key.handle];
      return tracedStatement(statement.source, () => statement.get(...values));
    } catch (error) {
      snapshot.end();
      throw translated(error, 'sqlite', DatabaseCondition.of(this.dataSource));
    }
  }

  private async inTurn({ byDigest, byHandle }: Asked<string>, key: LookupKey): Promise<TokenRow | undefined> {
    const [row] = await this.transactor.read((manager) =>
      'digest' in key
        ? manager.query<TokenRow[]>(byDigest, [key.digest, key.digest])
        : manager.query<TokenRow[]>(byHandle, [key.kind, key.handleScope, key.handle]),
    );
    return row;
  }

  private openReader(): Reader | undefined {
    const { database, key } = this.dataSource.options as { database: string; key?: string };
    // Only the host knows how to open an encrypted database.
    if (database === '' || database === ':memory:' || key !== undefined) return undefined;
    const Connection = sqliteClassOf(this.dataSource);
    const connection = new Connection(database, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
    const prepared = ({ byDigest, byHandle }: Asked<string>): Asked<Statement> => ({
      byDigest: connection.prepare<unknown[], TokenRow>(byDigest),
      byHandle: connection.prepare<unknown[], TokenRow>(byHandle),
    });
    const snapshot = new SqliteSnapshot(connection, this.transactor);
    return {
      rowBy: prepared(this.rowBy),
      anyBy: prepared(this.anyBy),
      snapshot,
      close: () => {
        snapshot.end();
        connection.close();
      },
    };
  }
}

type Statement = Database.Statement<unknown[], TokenRow>;

/** One query for each way to identify a token. */
interface Asked<T> {
  readonly byDigest: T;
  readonly byHandle: T;
}

interface Reader {
  readonly rowBy: Asked<Statement>;
  readonly anyBy: Asked<Statement>;
  readonly snapshot: SqliteSnapshot;
  close(): void;
}

function asking(columns: string): Asked<string> {
  const select = `SELECT ${columns} FROM "latchkey_token" token WHERE`;
  return {
    byDigest: `${select} (token."secret_digest" = ? OR token."previous_secret_digest" = ?) AND ${HAS_ACCOUNT}`,
    byHandle: `${select} token."kind" = ? AND token."handle_scope" = ? AND token."handle" = ? AND ${HAS_ACCOUNT}`,
  };
}
