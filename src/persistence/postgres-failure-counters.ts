/** Counts failures in PostgreSQL, so that they count on whichever instance they happen. */
import type { EntityManager } from 'typeorm';
import {
  FailureCounters,
  reachedLimit,
  stepMs,
  type Clock,
  type FailureLimit,
  type ReachedLimit,
  type Transactor,
} from '../core/index.js';

/** Thrown to roll back, because another instance has filled a bucket in between. */
class Overflow extends Error {}

interface Row {
  key: string;
  empty_at: number;
}

const READ = 'SELECT "key", "empty_at" FROM "latchkey_failure_count" WHERE "key" = ANY($1)';

/** The buckets and their steps, in one order for all, so that nobody waits for each other. */
const GIVEN = 'unnest($1::text[], $2::float8[]) AS "given"("key", "step")';

/** When a bucket is empty, as in `leaky-bucket.ts`: $3 is the present, $4 the window. */
const CURRENT = 'LEAST(GREATEST("count"."empty_at", $3), $3 + $4)';

/** "excluded" has the present and one step. Only buckets into which the step fits are returned. */
const COUNT = `
  INSERT INTO "latchkey_failure_count" AS "count" ("key", "empty_at")
  SELECT "key", $3::float8 + "step" FROM ${GIVEN} ORDER BY "key"
  ON CONFLICT ("key") DO UPDATE SET "empty_at" = ${CURRENT} + EXCLUDED."empty_at" - $3
  WHERE ${CURRENT} + EXCLUDED."empty_at" - $3 <= $3 + $4::float8 + LEAST(0.5, (EXCLUDED."empty_at" - $3) / 2)
  RETURNING "key"`;

const LOCK = `${READ} ORDER BY "key" FOR UPDATE`;
const TAKE_BACK = `UPDATE "latchkey_failure_count" AS "count" SET "empty_at" = "count"."empty_at" - "given"."step"
  FROM ${GIVEN} WHERE "count"."key" = "given"."key"`;
const REMOVE_EMPTY = 'DELETE FROM "latchkey_failure_count" WHERE "key" = ANY($1) AND "empty_at" <= $2';

export class PostgresFailureCounters extends FailureCounters {
  constructor(
    private readonly transactor: Transactor,
    private readonly clock: Clock,
  ) {
    super();
  }

  async count(limits: readonly FailureLimit[], windowMs: number): Promise<ReachedLimit | null> {
    for (;;) {
      // Most attempts against a full bucket end here, without a write.
      const reached = await this.reached(limits, windowMs);
      if (reached) return reached;
      try {
        await this.transactor.write((manager) => this.add(manager, limits, windowMs));
        return null;
      } catch (error) {
        if (!(error instanceof Overflow)) throw error;
      }
    }
  }

  async takeBack(limits: readonly FailureLimit[], windowMs: number): Promise<void> {
    const { keys, steps } = parameters(limits, windowMs);
    await this.transactor.write(async (manager) => {
      await manager.query(LOCK, [keys]);
      await manager.query(TAKE_BACK, [keys, steps]);
      await manager.query(REMOVE_EMPTY, [keys, this.now()]);
    });
  }

  async forget(key: string): Promise<void> {
    await this.transactor.write((manager) => manager.query(REMOVE_EMPTY, [[key], Infinity]));
  }

  private async reached(limits: readonly FailureLimit[], windowMs: number): Promise<ReachedLimit | null> {
    const keys = limits.map(({ key }) => key);
    const rows = await this.transactor.read((manager) => manager.query<Row[]>(READ, [keys]));
    const emptyAt = new Map(rows.map((row) => [row.key, row.empty_at]));
    return reachedLimit(limits, (key) => emptyAt.get(key), this.now(), windowMs);
  }

  private async add(manager: EntityManager, limits: readonly FailureLimit[], windowMs: number): Promise<void> {
    const { keys, steps } = parameters(limits, windowMs);
    const counted = await manager.query<unknown[]>(COUNT, [keys, steps, this.now(), windowMs]);
    if (counted.length < keys.length) throw new Overflow();
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}

function parameters(limits: readonly FailureLimit[], windowMs: number): { keys: string[]; steps: number[] } {
  return {
    keys: limits.map(({ key }) => key),
    steps: limits.map(({ capacity }) => stepMs(capacity, windowMs)),
  };
}
