/** All migrations in their order. */
import { InitialSchema1795219200000 } from './1795219200000-initial-schema.js';

export const MIGRATIONS = [InitialSchema1795219200000];
