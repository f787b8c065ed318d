/** The core's providers, for the module that assembles them. */
import { AuditLog } from './audit/audit-log.js';
import { AuditSearch } from './audit/audit-search.js';
import { CountedWarnings } from './sampled-warnings.js';
import { EventBus } from './changes/event-bus.js';
import { HashingService } from './tokens/hashing.service.js';
import { HealthChecks } from './health-checks.js';
import { ImportedChecks } from './imported/imported-checks.js';
import { ImportedSecrets } from './imported/imported-secrets.js';
import { ImportedTokens } from './imported/imported-tokens.js';
import { LongReads } from './database/long-reads.js';
import { TokenCensus } from './tokens/token-census.js';
import { ManagedKinds } from './tokens/managed-kinds.js';
import { TokenDependents } from './tokens/token-dependents.js';
import { TokenListing } from './tokens/token-listing.js';
import { TokenSearch } from './tokens/token-search.js';
import { TokenStatisticsService } from './tokens/token-statistics.js';
import { TokenService } from './tokens/token.service.js';
import { SteadyTime } from './steady-time.js';
import { UnitOfWork } from './database/unit-of-work.js';
import { CredentialCache } from './verification/credential-cache.js';
import { LastSeen } from './verification/last-seen.js';
import { Verifier } from './verification/verifier.js';

export const CORE_PROVIDERS = [
  AuditLog,
  AuditSearch,
  CountedWarnings,
  CredentialCache,
  EventBus,
  HashingService,
  HealthChecks,
  ImportedChecks,
  ImportedSecrets,
  ImportedTokens,
  LastSeen,
  LongReads,
  ManagedKinds,
  SteadyTime,
  TokenCensus,
  TokenDependents,
  TokenListing,
  TokenSearch,
  TokenService,
  TokenStatisticsService,
  UnitOfWork,
  Verifier,
];
