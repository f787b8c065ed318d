/** The services that create and change what is declared. */
import type { INestApplicationContext } from '@nestjs/common';
import { ApplicationService, ManyApplications, PolicyService } from '../applications/index.js';
import { ImportedTokens, TokenService } from '../core/index.js';
import {
  AccountService,
  ManyEntries,
  MembershipService,
  PasswordService,
  PersonalTokenService,
  UserService,
} from '../identity/index.js';

export interface Parts {
  readonly accounts: AccountService;
  readonly users: UserService;
  readonly passwords: PasswordService;
  readonly memberships: MembershipService;
  readonly tokens: TokenService;
  readonly importedTokens: ImportedTokens;
  readonly personalTokens: PersonalTokenService;
  readonly policies: PolicyService;
  readonly applications: ApplicationService;
  /** Creates many at once. */
  readonly entries: ManyEntries;
  readonly ownedEntries: ManyApplications;
}

export function partsOf(services: Pick<INestApplicationContext, 'get'>): Parts {
  return {
    accounts: services.get(AccountService),
    users: services.get(UserService),
    passwords: services.get(PasswordService),
    memberships: services.get(MembershipService),
    tokens: services.get(TokenService),
    importedTokens: services.get(ImportedTokens),
    personalTokens: services.get(PersonalTokenService),
    policies: services.get(PolicyService),
    applications: services.get(ApplicationService),
    entries: services.get(ManyEntries),
    ownedEntries: services.get(ManyApplications),
  };
}
