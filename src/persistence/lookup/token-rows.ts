/** From a raw row of the token table to the entity of its kind, without what TypeORM's query builder would cost. */
import type { DataSource, EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { Token, type StoredToken } from '../../core/index.js';

/** A row as the driver gives it, by column name. */
export type TokenRow = Readonly<Record<string, unknown>> & {
  readonly kind: string;
  readonly secret_digest: string | null;
  readonly previous_secret_digest: string | null;
};

interface Kind {
  readonly prototype: object;
  readonly columns: readonly ColumnMetadata[];
}

export class TokenRows {
  /** For a SELECT: every column but hashes that only a dialect needs; `token` is the table's alias. */
  readonly columns: string;
  private readonly kinds = new Map<string, Kind>();

  constructor(private readonly dataSource: DataSource) {
    const base = dataSource.getMetadata(Token);
    for (const metadata of base.childEntityMetadatas) {
      const { prototype } = metadata.target as { prototype: object };
      this.kinds.set(String(metadata.discriminatorValue), { prototype, columns: shown(metadata) });
    }
    const names = new Set(
      base.childEntityMetadatas.flatMap((kind) => shown(kind).map((column) => column.databaseName)),
    );
    names.add('secret_digest').add('previous_secret_digest');
    this.columns = [...names].map((name) => `token."${name}"`).join(', ');
  }

  /** @throws Error for a kind that no entity of the connection has */
  stored(row: TokenRow): StoredToken {
    const kind = this.kinds.get(row.kind);
    if (!kind) throw new Error(`the connection has no entity for tokens of the kind ${row.kind}: register it`);
    const token = Object.create(kind.prototype) as Record<string, unknown>;
    const { driver } = this.dataSource;
    for (const column of kind.columns) {
      token[column.propertyName] = driver.prepareHydratedValue(row[column.databaseName], column) as unknown;
    }
    return {
      token: token as unknown as Token,
      digest: bytes(row.secret_digest),
      previousDigest: bytes(row.previous_secret_digest),
    };
  }
}

function shown({ columns }: EntityMetadata): ColumnMetadata[] {
  return columns.filter(({ isSelect }) => isSelect);
}

function bytes(hex: string | null): Buffer | null {
  return hex === null ? null : Buffer.from(hex, 'hex');
}
