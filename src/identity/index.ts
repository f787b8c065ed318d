/** Users, accounts, memberships, passwords, personal tokens and sessions. */
export {
  AccountExtensions,
  type AccountExtension,
  type AccountSetting,
  type AccountSettingValues,
} from './account-extensions.js';
export { AccountListing, type AccountFigures } from './account-listing.js';
export { AccountCount } from './account-count.js';
export { Account } from './account.entity.js';
export { accountNotFound, lockAccountForUpdate, lockAccountShared, requireAdministrator } from './account.service.js';
export { AccountService, type AccountChanges, type AccountQuery } from './account.service.js';
export { AdministratorCheck, isAnyAbleToSignIn } from './administrator-check.js';
export { Authenticator, actsForUser, type Authentication, type Principal } from './authenticator.js';
export * from './changes.js';
export {
  cleanupChannel,
  hostSignInChannel,
  loginChannel,
  throttleChannel,
  type CleanupMessage,
  type GuessBucket,
  type GuessPurpose,
  type HostSignInMessage,
  type LoginMessage,
  type ThrottleMessage,
} from './channels.js';
export { Bootstrap, type BootstrapOptions, type BootstrapResult, type DeliverCredentials } from './bootstrap.js';
export { FirstStartError, type FirstStartProblem } from './first-start-check.js';
export {
  ACCOUNT_ABILITIES,
  AccountAbilities,
  MEMBER_ABILITIES,
  type AccountAbility,
  type MemberAbility,
} from './account-abilities.js';
export { isHexId, newHexId } from './hex-id.js';
export { CLEANUP_OPTIONS, CleanupJob, type CleanupOptions } from './cleanup-job.js';
export { IDENTITY_ENTITIES, IDENTITY_MIGRATIONS } from './identity.entities.js';
export { IDENTITY_PROVIDERS } from './identity.providers.js';
export { ImportedUser } from './imported-user.entity.js';
export {
  ImportedUsers,
  addressForms,
  type DeclaredApplications,
  type DialectImports,
  type ForeignUser,
  type KnownForeignUser,
  type ListedRecord,
} from './imported-users.js';
export { LocalActorCheck } from './local-actor-check.js';
export { KnownPeople } from './host-users/known-people.js';
export { HOST_ID_MAX } from './host-users/user-number.entity.js';
export { LocalUserDirectory } from './local-user-directory.js';
export { GROUP_NAME_MAX, groupNamesClash, readGroupName } from './groups/group-name.js';
export { Group } from './groups/group.entity.js';
export { GroupMember } from './groups/group-member.entity.js';
export { GroupService, type GroupValues } from './groups/group.service.js';
export { VisibleGroups } from './groups/visible-groups.js';
export { ClearedNetworks } from './guessing/cleared-networks.js';
export { LoginFamilies } from './logins/login-families.js';
export { GuessThrottle, type Attempt, type Guess, type GuessLimit } from './guessing/guess-throttle.js';
export { LoginThrottle } from './guessing/login-throttle.js';
export { LoginLockouts, failuresForgottenAt } from './guessing/login-lockouts.js';
export { ManyEntries, type NewUserEntry } from './many-entries.js';
export { MemberAccounts } from './member-accounts.js';
export { NamedOwners } from './named-owners.js';
export { HostUserDirectory, type HostUser } from './host-users/host-user-directory.js';
export { UserNumbers } from './host-users/user-numbers.js';
export { MemberRoles, type RolesByAccount } from './member-roles.js';
export { Membership, ROLES, type Role } from './membership.entity.js';
export { MembershipService, type Member } from './membership.service.js';
export type { LoginScope } from './logins/login-families.js';
export { LoginService, type Login } from './logins/login.service.js';
export { UserAccessService, type EndAccessOptions } from './logins/user-access.service.js';
export type { TokensByKind, UserAccess } from './logins/user-access.js';
export { USER_TOKEN_OPTIONS, type UserTokenOptions } from './logins/user-token-options.js';
export {
  IDENTITY_OPTIONS,
  type IdentityOptions,
  type LoginThrottleOptions,
  type NameOptions,
  type RightsOptions,
} from './options.js';
export { accountsIn, isGrant, rightsOf, type GroupGrants } from './openid/group-rights.js';
export { OpenIdBinding } from './openid/openid-binding.entity.js';
export { OpenIdBindings } from './openid/openid-bindings.js';
export type { AdmissionRules, ProviderPerson } from './openid/openid-people.js';
export { ProviderLogins } from './openid/provider-logins.js';
export { SignInRefused, type RefusalReason } from './openid/sign-in-refused.js';
export { PasswordService } from './password.service.js';
export { PersonalToken } from './personal-token.entity.js';
export {
  PersonalTokenHandles,
  RandomTokenHandles,
  type PersonalTokenHandlesFactory,
} from './personal-token-handles.js';
export { PersonalTokenService, type IssuedPersonalToken } from './personal-token.service.js';
export { UserErasure } from './user-erasure.js';
export { UserRecords } from './user-records.js';
export { sameAddress } from './labels/email-address.js';
export { BackupLog } from './backup-log.js';
export { RestoreMark, type RestoreOrigin, type StoredMark } from './restore-mark.js';
export { ServerSettings, storedPolicy, type ServerPolicy } from './server-settings.js';
export { SessionService, type OpenedSession, type LoginOptions } from './session.service.js';
export { SessionToken, USER_AUDIENCE } from './session-token.entity.js';
export { ServerValue } from './server-value.entity.js';
export { TokenRevalidator, type TokenStatus } from './token-revalidator.js';
export { ACCOUNT_NAME_MAX, isAccountName, readAccountName } from './labels/account-name.js';
export { readAllowedDomain } from './labels/allowed-domains.js';
export { EMAIL_MAX, emailKeyOf, isEmailAddress, readEmailAddress } from './labels/email-address.js';
export type { Flawed, Label } from './labels/label.js';
export { User } from './user.entity.js';
export { BEARER_FORM, USER_TOKEN_DESCRIPTION, userTokenForm } from './user-token.form.js';
export {
  UserListing,
  type UserFigures,
  type UserOrder,
  type UserPage,
  type UserPlace,
  type UserQuery,
} from './user-listing.js';
export { UserService, type NewUser, type UserChanges } from './user.service.js';
export { VisibleUsers, type Viewer } from './visible-users.js';
