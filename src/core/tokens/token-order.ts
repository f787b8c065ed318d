/** The orders in which tokens are listed. */
import type { DataSource } from 'typeorm';
import type { LongReads } from '../database/long-reads.js';
import type { ReaderId } from '../database/read-slots.js';
import type { SlicedQuery } from '../database/sliced-query.js';
import type { Token } from './token.entity.js';

/** Where a token is in an order. */
export interface TokenPlace {
  /** Milliseconds since 1970, or text. */
  readonly key: number | string;
  readonly id: string;
}

type Sorted = 'created_at' | 'expires_at' | 'last_used_at' | 'name';

/** Tokens that never expire come after all others. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** An order, up or down. */
export class TokenOrder {
  constructor(
    readonly by: Sorted,
    readonly isDescending: boolean,
  ) {}

  /** Whether keys are text, and not moments. */
  get isByText(): boolean {
    return this.by === 'name';
  }

  /** What it sorts by, of the token `row`; the same on both engines: bytes of UTF-8, in ASCII whatever the case. */
  expression({ options }: DataSource): string {
    switch (this.by) {
      case 'created_at':
        return 'row.createdAt';
      case 'expires_at':
        return `COALESCE(row.expiresAt, ${String(NEVER)})`;
      case 'last_used_at':
        return 'COALESCE(row.lastSeenAt, 0)';
      case 'name':
        return options.type === 'postgres' ? 'LOWER(row.label COLLATE "C") COLLATE "C"' : 'LOWER(row.label)';
    }
  }

  compare(one: TokenPlace, other: TokenPlace): number {
    const upwards = compareKeys(one.key, other.key) || (one.id < other.id ? -1 : Number(one.id > other.id));
    return this.isDescending ? -upwards : upwards;
  }
}

function compareKeys(one: number | string, other: number | string): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)));
}

interface Request {
  readonly order: TokenOrder;
  readonly after: TokenPlace | undefined;
  readonly limit: number;
}

/** The places of the next tokens of one source. */
export async function placesAfter(
  reads: LongReads,
  reader: ReaderId,
  source: SlicedQuery<Token>,
  { order, after, limit }: Request,
): Promise<TokenPlace[]> {
  if (order.by !== 'created_at') {
    const keyOf = (key: unknown): TokenPlace['key'] => (order.isByText ? String(key) : Number(key));
    const ranking = {
      expression: (dataSource: DataSource) => order.expression(dataSource),
      descending: order.isDescending,
      after: after && ([after.key, after.id] as const),
    };
    const best: TokenPlace[] = [];
    for await (const rows of reads.best(reader, source, ranking, limit)) {
      best.push(...rows.map((row) => ({ key: keyOf(row.rank_key), id: String(row.rank_id) })));
      best.sort((one, other) => order.compare(one, other)).splice(limit);
    }
    return best;
  }
  const beyond = order.isDescending ? '<' : '>';
  const rows = await reads.part(
    reader,
    {
      ...source,
      where: (query) => {
        source.where?.(query);
        if (after) {
          const place = { afterKey: after.key, afterId: after.id };
          query.andWhere(`(row.createdAt, row.id) ${beyond} (:afterKey, :afterId)`, place);
        }
      },
    },
    { offset: 0, limit },
  );
  return rows.map(({ createdAt, id }) => ({ key: createdAt.getTime(), id }));
}
