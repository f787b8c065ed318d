/** Composes the database schema: the entities and migrations of every server, and those of its dialects. */
import { APPLICATION_ENTITIES, APPLICATION_MIGRATIONS } from './applications/index.js';
import { ASSERTION_ENTITIES, ASSERTION_MIGRATIONS } from './assertions/index.js';
import { CORE_ENTITIES, type EntityClass, type MigrationClass, type Schema } from './core/index.js';
import type { Dialect } from './dialect-kit/index.js';
import { DIALECTS } from './dialects.js';
import { IDENTITY_ENTITIES, IDENTITY_MIGRATIONS } from './identity/index.js';
import { COMMON_MIGRATIONS, Instance, inSchema } from './persistence/index.js';

/**
 * The entities of a server with these dialects. Those of Latchkey's own dialects are always included, because TypeORM
 * gives the token table the columns of every kind of token that the process has loaded.
 */
export function entitiesOf(dialects: readonly Dialect[]): EntityClass[] {
  const own = withOurs(dialects).flatMap(({ entities = [] }) => entities);
  const all = [
    ...CORE_ENTITIES,
    ...IDENTITY_ENTITIES,
    ...APPLICATION_ENTITIES,
    ...ASSERTION_ENTITIES,
    Instance,
    ...own,
  ];
  return all.sort((one, other) => one.name.localeCompare(other.name));
}

/** The migrations of a server with these dialects, in the order of their times. */
export function migrationsOf(dialects: readonly Dialect[]): MigrationClass[] {
  const own = withOurs(dialects).flatMap(({ migrations = [] }) => migrations);
  const all = [
    ...COMMON_MIGRATIONS,
    ...IDENTITY_MIGRATIONS,
    ...APPLICATION_MIGRATIONS,
    ...ASSERTION_MIGRATIONS,
    ...own,
  ];
  return all.sort((one, other) => timeOf(one) - timeOf(other)).map(inSchema);
}

/** The entities and migrations of a server with these dialects. */
export function schemaOf(dialects: readonly Dialect[]): Schema {
  return { entities: entitiesOf(dialects), migrations: migrationsOf(dialects) };
}

/** For the `entities` of a host's TypeORM connection. */
export const ENTITIES: EntityClass[] = entitiesOf([]);

/** For the `migrations` of a host's TypeORM connection, in this order. */
export const MIGRATIONS: MigrationClass[] = migrationsOf([]);

/** The schema of a server with only Latchkey's own dialects. */
export const SCHEMA: Schema = { entities: ENTITIES, migrations: MIGRATIONS };

function withOurs(dialects: readonly Dialect[]): Dialect[] {
  return [...new Set([...DIALECTS, ...dialects])];
}

/** The 13 digits at the end of a migration's name. */
function timeOf({ name }: MigrationClass): number {
  return Number(name.slice(-13));
}
