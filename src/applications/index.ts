/** What is protected, and who may enter: applications, policies, the settings that they share, and zones. */
export { readAddress, readDomain, type AddressFlaw, type AddressPattern } from './address-pattern.js';
export { ApplicationAddress } from './application-address.entity.js';
export { ApplicationDirectory, type Found } from './application-directory.js';
export type { PolicyEntry } from './application-policies.js';
export { Application, type JsonObject } from './application.entity.js';
export {
  ApplicationService,
  type ApplicationFilter,
  type ApplicationValues,
  type ApplicationWithPolicies,
} from './application.service.js';
export { APPLICATION_ENTITIES, APPLICATION_MIGRATIONS } from './applications.entities.js';
export { APPLICATIONS_EXTENSION } from './applications.extension.js';
export { APPLICATION_PROVIDERS } from './applications.providers.js';
export { appliedPolicies, type AppliedPolicy } from './applied-policies.js';
export * from './changes.js';
export { KnownApplication, type Admission, type VerifiedToken } from './known-application.js';
export { APPLICATION_OPTIONS, type ApplicationOptions } from './options.js';
export { Organization, type InactivityAction } from './organization.entity.js';
export { OrganizationService, type OrganizationValues } from './organization.service.js';
export { OwnedPolicyService } from './owned-policy.service.js';
export { policyNaming, type PolicyValues } from './policy-rows.js';
export { ManyApplications, type NewApplicationEntry, type NewPolicyEntry } from './many-applications.js';
export { POLICY_DECISIONS, Policy, type PolicyDecision } from './policy.entity.js';
export { PolicyService, type ReusablePolicy } from './policy.service.js';
export { isIpRange, type Rule, type Rules } from './rules.js';
export { Zone } from './zone.entity.js';
export { ZoneService, type ZoneFilter } from './zone.service.js';
