/** The entities and migrations of a part of the server. */
import type { MigrationInterface } from 'typeorm';

/** An entity class of TypeORM. */
export type EntityClass = abstract new () => object;

/** A migration; its name ends with its time in milliseconds since 1970. */
export type MigrationClass = new () => MigrationInterface;

/** The entities of a database, and the migrations that create its tables. */
export interface Schema {
  readonly entities: readonly EntityClass[];
  /** In the order of their times. */
  readonly migrations: readonly MigrationClass[];
}
