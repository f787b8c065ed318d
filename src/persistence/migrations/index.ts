/** The migrations of the schema that every server has, whatever its dialects. */
import type { MigrationClass } from '../../core/index.js';
import { InitialSchema1795219200000 } from './1795219200000-initial-schema.js';
import { Instances1795478400000 } from './1795478400000-instances.js';
import { LastUses1795564800000 } from './1795564800000-last-uses.js';
import { AuditTypes1795651200000 } from './1795651200000-audit-types.js';
import { LeaseLengths1795910400000 } from './1795910400000-lease-lengths.js';
import { LeanIndexes1795996800000 } from './1795996800000-lean-indexes.js';
import { TokenCreators1796083200000 } from './1796083200000-token-creators.js';
import { RequestIds1796083260000 } from './1796083260000-request-ids.js';
import { TokensWithoutSecret1796256000000 } from './1796256000000-tokens-without-secret.js';
import { PasswordLength1796342400000 } from './1796342400000-password-length.js';
import { FailedLogins1796342401000 } from './1796342401000-failed-logins.js';
import { ListIndexes1796428800000 } from './1796428800000-list-indexes.js';
import { LoginFamilies1796601600000 } from './1796601600000-login-families.js';
import { AuditOccurrences1796688000000 } from './1796688000000-audit-occurrences.js';
import { RemovedOwners1796774400000 } from './1796774400000-removed-owners.js';
import { LastUseOrigins1797033600000 } from './1797033600000-last-use-origins.js';
import { ImportedTokens1799086404000 } from './1799086404000-imported-tokens.js';
import { TokenAge1799086410000 } from './1799086410000-token-age.js';
import { UserLists1799086411000 } from './1799086411000-user-lists.js';
import { AuditSubjects1799086411001 } from './1799086411001-audit-subjects.js';
import { Groups1799086414000 } from './1799086414000-groups.js';
import { TokenScopes1799086419000 } from './1799086419000-token-scopes.js';
import { OpenIdBindings1799086420000 } from './1799086420000-openid-bindings.js';
import { AccountsOfUsers1799086422000 } from './1799086422000-accounts-of-users.js';
import { TokenRotations1799086424000 } from './1799086424000-token-rotations.js';
import { CreatorOrder1799086426000 } from './1799086426000-creator-order.js';
import { LoginSubjects1799086430000 } from './1799086430000-login-subjects.js';

export const COMMON_MIGRATIONS: readonly MigrationClass[] = [
  InitialSchema1795219200000,
  Instances1795478400000,
  LastUses1795564800000,
  AuditTypes1795651200000,
  LeaseLengths1795910400000,
  LeanIndexes1795996800000,
  TokenCreators1796083200000,
  RequestIds1796083260000,
  TokensWithoutSecret1796256000000,
  PasswordLength1796342400000,
  FailedLogins1796342401000,
  ListIndexes1796428800000,
  LoginFamilies1796601600000,
  AuditOccurrences1796688000000,
  RemovedOwners1796774400000,
  LastUseOrigins1797033600000,
  ImportedTokens1799086404000,
  TokenAge1799086410000,
  UserLists1799086411000,
  AuditSubjects1799086411001,
  Groups1799086414000,
  TokenScopes1799086419000,
  OpenIdBindings1799086420000,
  AccountsOfUsers1799086422000,
  TokenRotations1799086424000,
  CreatorOrder1799086426000,
  LoginSubjects1799086430000,
];
