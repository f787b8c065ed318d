/** What a part of the server brings to the database. */
import type { MigrationInterface } from 'typeorm';

/** A class that TypeORM keeps rows of. */
export type EntityClass = abstract new () => object;

/** A step of the schema; its name ends with its time, milliseconds since 1970. */
export type MigrationClass = new () => MigrationInterface;

/** Everything that is in the database, and how it came to be so. */
export interface Schema {
  readonly entities: readonly EntityClass[];
  /** In the order of their times. */
  readonly migrations: readonly MigrationClass[];
}
