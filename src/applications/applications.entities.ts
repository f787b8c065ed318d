/** The entities and migrations of applications, for the part that opens the database. */
import type { MigrationClass } from '../core/index.js';
import { ApplicationAddress } from './application-address.entity.js';
import { ApplicationPolicy } from './application-policy.entity.js';
import { Application } from './application.entity.js';
import { Applications1797292800000 } from './migrations/1797292800000-applications.js';
import { Organization } from './organization.entity.js';
import { PolicyToken } from './policy-token.entity.js';
import { Policy } from './policy.entity.js';
import { Zone } from './zone.entity.js';

/** Every entity of applications. */
export const APPLICATION_ENTITIES = [
  Application,
  ApplicationAddress,
  ApplicationPolicy,
  Organization,
  Policy,
  PolicyToken,
  Zone,
] as const;

/** Every migration of applications, in the order of their times. */
export const APPLICATION_MIGRATIONS: readonly MigrationClass[] = [Applications1797292800000];
