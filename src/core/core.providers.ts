/** The core's injectable parts, for the module that assembles them. */
import { AuditLog } from './audit-log.js';
import { EventBus } from './event-bus.js';
import { HashingService } from './hashing.service.js';
import { TokenListing } from './token-listing.js';
import { TokenService } from './token.service.js';
import { UnitOfWork } from './unit-of-work.js';
import { CredentialMemory } from './verification/credential-memory.js';
import { LastSeen } from './verification/last-seen.js';
import { Verifier } from './verification/verifier.js';

export const CORE_PROVIDERS = [
  AuditLog,
  CredentialMemory,
  EventBus,
  HashingService,
  LastSeen,
  TokenListing,
  TokenService,
  UnitOfWork,
  Verifier,
];
