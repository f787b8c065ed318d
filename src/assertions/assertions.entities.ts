/** The entities and migrations of assertions, for the part that opens the database. */
import type { MigrationClass } from '../core/index.js';
import { SigningKeys1798156800000 } from './migrations/1798156800000-signing-keys.js';
import { SigningKey } from './signing-key.entity.js';

/** Every entity of assertions. */
export const ASSERTION_ENTITIES = [SigningKey] as const;

/** Every migration of assertions, in the order of their times. */
export const ASSERTION_MIGRATIONS: readonly MigrationClass[] = [SigningKeys1798156800000];
