/** From a raw row of the token table to the entity of its kind and its digests. */
import type { DataSource } from 'typeorm';
import { RowMapper, Token, type Row, type StoredToken } from '../../core/index.js';

/** A row as the driver gives it, by column name. */
export type TokenRow = Row & {
  readonly secret_digest: string | null;
  readonly previous_secret_digest: string | null;
};

export class TokenRows {
  /** For a SELECT: every column but hashes that only a dialect needs; `token` is the table's alias. */
  readonly columns: string;
  private readonly entities: RowMapper<Token>;

  constructor(dataSource: DataSource) {
    this.entities = new RowMapper<Token>(dataSource.getMetadata(Token));
    const names = [...this.entities.columnNames, 'secret_digest', 'previous_secret_digest'];
    this.columns = names.map((name) => `token."${name}"`).join(', ');
  }

  /** @throws Error for a kind that no entity of the connection has */
  stored(row: TokenRow): StoredToken {
    return {
      token: this.entities.entity(row),
      digest: row.secret_digest,
      previousDigest: row.previous_secret_digest,
    };
  }
}
