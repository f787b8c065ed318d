/** The providers of applications, for the module that assembles them. */
import { ApplicationDirectory } from './application-directory.js';
import { ApplicationService } from './application.service.js';
import { ManyApplications } from './many-applications.js';
import { OrganizationService } from './organization.service.js';
import { OwnedPolicyService } from './owned-policy.service.js';
import { PolicyService } from './policy.service.js';
import { ZoneService } from './zone.service.js';

export const APPLICATION_PROVIDERS = [
  ApplicationDirectory,
  ApplicationService,
  ManyApplications,
  OrganizationService,
  OwnedPolicyService,
  PolicyService,
  ZoneService,
];
