/** The core's tables, for the part that opens the database. */
import { AuditRecord } from './audit/audit-record.entity.js';
import { FailureCount } from './failures/failure-count.entity.js';
import { ImportedSource } from './imported/imported-source.entity.js';
import { ImportedToken } from './imported/imported-token.entity.js';
import { RemovedOwner } from './tokens/removed-owner.entity.js';
import { TokenCount } from './tokens/token-count.entity.js';
import { Token } from './tokens/token.entity.js';

/** Every entity of the core. */
export const CORE_ENTITIES = [
  AuditRecord,
  FailureCount,
  ImportedSource,
  ImportedToken,
  RemovedOwner,
  Token,
  TokenCount,
] as const;
