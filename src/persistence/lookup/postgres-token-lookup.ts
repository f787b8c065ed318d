/** Token look-ups on PostgreSQL: concurrent look-ups are batched, and only one query runs at a time. */
import type { DataSource } from 'typeorm';
import { Overload, TokenLookup, type LookupKey, type StoredToken } from '../../core/index.js';
import { DatabaseCondition } from '../database-condition.js';
import { translated } from '../driver-errors.js';
import { PostgresWatch, Unresponsive } from '../postgres-watch.js';
import { HAS_ACCOUNT, TokenRows, type TokenRow } from './token-rows.js';

/** Maximum number of look-ups in one query. */
const BATCH = 200;

/** How long a look-up may take, and how many may wait; further ones are refused and may be retried. */
export interface LookupLimits {
  readonly answerMs: number;
  readonly lookupsWaiting: number;
}

/** What a query gets at least, in milliseconds, for look-ups that have waited for another one. */
const MIN_MS = 100;

interface Waiting {
  readonly key: LookupKey;
  /** By `performance.now()`. */
  readonly since: number;
  readonly resolve: (found: StoredToken | null) => void;
  readonly reject: (error: unknown) => void;
}

export class PostgresTokenLookup extends TokenLookup {
  private readonly rows: TokenRows;
  private readonly query: string;
  private readonly waiting: Waiting[] = [];
  private asking = false;
  /** Whether the last query has taken too long and still runs. */
  private isHanging = false;
  private readonly condition: DatabaseCondition;
  private readonly watch: PostgresWatch;

  constructor(
    private readonly dataSource: DataSource,
    private readonly limits: LookupLimits,
  ) {
    super();
    this.condition = DatabaseCondition.of(dataSource);
    this.watch = PostgresWatch.of(dataSource, limits.answerMs);
    this.rows = new TokenRows(dataSource);
    const { columns } = this.rows;
    const byHandle = `JOIN "latchkey_token" token ON token."kind" = k AND token."handle_scope" = s AND token."handle" = h`;
    const byDigest = (column: string): string => `JOIN "latchkey_token" token ON token."${column}" = d`;
    const digests = 'unnest($1::text[]) WITH ORDINALITY AS wanted(d, at)';
    const handles = 'unnest($2::int[], $3::text[], $4::text[], $5::text[]) AS wanted(at, k, s, h)';
    this.query = [
      `SELECT wanted.at::int AS at, ${columns} FROM ${digests} ${byDigest('secret_digest')} WHERE ${HAS_ACCOUNT}`,
      `SELECT wanted.at::int AS at, ${columns} FROM ${digests} ${byDigest('previous_secret_digest')} WHERE ${HAS_ACCOUNT}`,
      `SELECT wanted.at AS at, ${columns} FROM ${handles} ${byHandle} WHERE ${HAS_ACCOUNT}`,
    ].join(' UNION ALL ');
  }

  find(key: LookupKey): Promise<StoredToken | null> {
    const { lookupsWaiting: most } = this.limits;
    if (this.waiting.length >= most) {
      return Promise.reject(
        new Overload(
          `${String(most)} credentials wait to be looked up (setting LOOKUPS_WAITING); try again in a second`,
          1,
        ),
      );
    }
    if (this.isHanging) return this.refuse();
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, since: performance.now(), resolve, reject });
      if (this.asking) return;
      this.asking = true;
      // Lets the requests that have already arrived join the batch.
      setImmediate(() => void this.askForAll());
    });
  }

  private refuse(): Promise<never> {
    // `translated` has the errors of the core as `unknown`.
    return Promise.resolve().then(() => {
      throw this.translated(new Unresponsive());
    });
  }

  async exists(key: LookupKey): Promise<boolean> {
    return (await this.find(key)) !== null;
  }

  private async askForAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH);
      try {
        const found = await this.inTime(batch);
        this.condition.worked('read');
        batch.forEach(({ resolve }, at) => {
          resolve(found.get(at + 1) ?? null);
        });
      } catch (error) {
        const reason = this.translated(error);
        const refused = error instanceof Unresponsive ? [...batch, ...this.waiting.splice(0)] : batch;
        for (const { reject } of refused) reject(reason);
      }
    }
    this.asking = false;
  }

  private translated(error: unknown): unknown {
    return translated(error, 'postgres', this.condition);
  }

  /** A query that takes too long is not waited for, and nobody else is kept waiting behind it. */
  private async inTime(batch: readonly Waiting[]): Promise<Map<number, StoredToken>> {
    const waited = performance.now() - (batch[0]?.since ?? 0);
    const asked = this.watch.guard(() => this.ask(batch.map(({ key }) => key)));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => {
          this.isHanging = true;
          const over = (): void => {
            this.isHanging = false;
          };
          asked.then(over, over);
          reject(new Unresponsive());
        },
        Math.max(this.limits.answerMs - waited, MIN_MS),
      );
    });
    try {
      return await Promise.race([asked, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The tokens found, by the position of their key, counted from 1. */
  private async ask(keys: readonly LookupKey[]): Promise<Map<number, StoredToken>> {
    const digests = keys.map((key) => ('digest' in key ? key.digest : ''));
    const handles = keys.flatMap((key, index) => ('digest' in key ? [] : [{ ...key, at: index + 1 }]));
    const rows = await this.dataSource.query<(TokenRow & { at: number })[]>(this.query, [
      digests,
      handles.map(({ at }) => at),
      handles.map(({ kind }) => kind),
      handles.map(({ handleScope }) => handleScope),
      handles.map(({ handle }) => handle),
    ]);
    return new Map(rows.map((row) => [row.at, this.rows.stored(row)]));
  }
}
