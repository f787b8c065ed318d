/** All migrations in their order. */
import type { MigrationInterface } from 'typeorm';
import { InitialSchema1795219200000 } from './1795219200000-initial-schema.js';
import { ServiceTokens1795305600000 } from './1795305600000-service-tokens.js';
import { AccessTokens1795392000000 } from './1795392000000-access-tokens.js';
import { Instances1795478400000 } from './1795478400000-instances.js';
import { LastUses1795564800000 } from './1795564800000-last-uses.js';
import { AuditTypes1795651200000 } from './1795651200000-audit-types.js';
import { LeaseLengths1795910400000 } from './1795910400000-lease-lengths.js';
import { LeanIndexes1795996800000 } from './1795996800000-lean-indexes.js';
import { TokenCreators1796083200000 } from './1796083200000-token-creators.js';
import { RequestIds1796083260000 } from './1796083260000-request-ids.js';

/** For the `migrations` of a host's TypeORM connection, in this order. */
export const MIGRATIONS: (new () => MigrationInterface)[] = [
  InitialSchema1795219200000,
  ServiceTokens1795305600000,
  AccessTokens1795392000000,
  Instances1795478400000,
  LastUses1795564800000,
  AuditTypes1795651200000,
  LeaseLengths1795910400000,
  LeanIndexes1795996800000,
  TokenCreators1796083200000,
  RequestIds1796083260000,
];
