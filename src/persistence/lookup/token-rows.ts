/** Maps raw rows of the token table to token entities and their digests. */
import type { DataSource } from 'typeorm';
import { RowMapper, Token, type Row, type StoredToken } from '../../core/index.js';

/** A row as the driver returns it, by column name. */
export type TokenRow = Row & {
  readonly secret_digest: string | null;
  readonly previous_secret_digest: string | null;
};

/** Holds for tokens whose account is not deleted; `token` is the table's alias. The table it looks at is mostly empty. */
export const HAS_ACCOUNT = `NOT EXISTS (SELECT 1 FROM "latchkey_removed_owner" gone
  WHERE gone."kind" = 'account' AND gone."id" = token."account_id")`;

export class TokenRows {
  /** The columns of a SELECT: all except the hashes that only a dialect needs. `token` is the table's alias. */
  readonly columns: string;
  private readonly entities: RowMapper<Token>;

  constructor(dataSource: DataSource) {
    this.entities = new RowMapper<Token>(dataSource.getMetadata(Token));
    const names = [...this.entities.columnNames, 'secret_digest', 'previous_secret_digest'];
    this.columns = names.map((name) => `token."${name}"`).join(', ');
  }

  /** @throws Error if no entity of the connection has the row's kind */
  stored(row: TokenRow): StoredToken {
    return {
      token: this.entities.entity(row),
      digest: row.secret_digest,
      previousDigest: row.previous_secret_digest,
    };
  }
}
