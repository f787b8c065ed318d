/** The providers of identity, for the module that assembles them. */
import { AccountAbilities } from './account-abilities.js';
import { AccountCount } from './account-count.js';
import { AccountService } from './account.service.js';
import { Authenticator } from './authenticator.js';
import { Bootstrap } from './bootstrap.js';
import { CleanupJob } from './cleanup-job.js';
import { GroupService } from './groups/group.service.js';
import { VisibleGroups } from './groups/visible-groups.js';
import { ClearedNetworks } from './guessing/cleared-networks.js';
import { GuessThrottle } from './guessing/guess-throttle.js';
import { KnownNetworks } from './guessing/known-networks.js';
import { LoginCandidates } from './guessing/login-candidates.js';
import { LoginLockouts } from './guessing/login-lockouts.js';
import { LoginThrottle } from './guessing/login-throttle.js';
import { AccountListing } from './account-listing.js';
import { AccountNaming } from './labels/account-naming.js';
import { ReviewWarning } from './labels/review-warning.js';
import { TakenNames } from './labels/taken-names.js';
import { ImportedUsers } from './imported-users.js';
import { LoginFamilies } from './logins/login-families.js';
import { ManyEntries } from './many-entries.js';
import { MemberRoles } from './member-roles.js';
import { MembershipService } from './membership.service.js';
import { NamedOwners } from './named-owners.js';
import { OpenIdBindings } from './openid/openid-bindings.js';
import { OpenIdPeople } from './openid/openid-people.js';
import { ProviderLogins } from './openid/provider-logins.js';
import { PasswordService } from './password.service.js';
import { LoginService } from './logins/login.service.js';
import { PersonalTokenQuota } from './logins/personal-token-quota.js';
import { PersonalTokenKind } from './personal-token.kind.js';
import { PersonalTokenService } from './personal-token.service.js';
import { RecordedTime } from './recorded-time.js';
import { RestoreMark } from './restore-mark.js';
import { BackupLog } from './backup-log.js';
import { ServerSettings } from './server-settings.js';
import { SessionService } from './session.service.js';
import { UserAccessService } from './logins/user-access.service.js';
import { TokenRevalidator } from './token-revalidator.js';
import { UserErasure } from './user-erasure.js';
import { HostUserRows } from './host-users/host-user-rows.js';
import { KnownPeople } from './host-users/known-people.js';
import { UserNumbers } from './host-users/user-numbers.js';
import { UserRecords } from './user-records.js';
import { UserListing } from './user-listing.js';
import { UserService } from './user.service.js';
import { VisibleUsers } from './visible-users.js';

export const IDENTITY_PROVIDERS = [
  AccountAbilities,
  AccountCount,
  AccountListing,
  AccountNaming,
  AccountService,
  Authenticator,
  BackupLog,
  Bootstrap,
  CleanupJob,
  GroupService,
  HostUserRows,
  ClearedNetworks,
  GuessThrottle,
  ImportedUsers,
  KnownNetworks,
  KnownPeople,
  LoginCandidates,
  LoginLockouts,
  LoginFamilies,
  LoginService,
  LoginThrottle,
  ManyEntries,
  MemberRoles,
  MembershipService,
  NamedOwners,
  OpenIdBindings,
  OpenIdPeople,
  PasswordService,
  PersonalTokenKind,
  PersonalTokenQuota,
  PersonalTokenService,
  ProviderLogins,
  RecordedTime,
  RestoreMark,
  ReviewWarning,
  ServerSettings,
  SessionService,
  TakenNames,
  TokenRevalidator,
  UserAccessService,
  UserErasure,
  UserListing,
  UserNumbers,
  UserRecords,
  UserService,
  VisibleGroups,
  VisibleUsers,
];
