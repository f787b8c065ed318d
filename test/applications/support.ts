/** Builders for the suites of applications, which use the services of a running server. */
import { randomUUID } from 'node:crypto';
import {
  ApplicationDirectory,
  ApplicationService,
  OrganizationService,
  OwnedPolicyService,
  PolicyService,
  ZoneService,
  readAddress,
  type ApplicationValues,
  type PolicyValues,
  type Rule,
} from '../../src/applications/index.js';
import { SYSTEM, type Token } from '../../src/core/index.js';
import { AccountService } from '../../src/identity/index.js';
import { ServiceToken } from '../../src/dialects/cloudflare/index.js';
import { servicesOf } from '../support/services.js';
import type { TestServer } from '../support/test-server.js';

export const KIND = 'service_token';

export interface Rooms {
  readonly accounts: AccountService;
  readonly applications: ApplicationService;
  readonly directory: ApplicationDirectory;
  readonly organizations: OrganizationService;
  readonly owned: OwnedPolicyService;
  readonly policies: PolicyService;
  readonly zones: ZoneService;
}

export function roomsOf({ app }: TestServer): Rooms {
  return {
    accounts: app.get(AccountService),
    applications: app.get(ApplicationService),
    directory: app.get(ApplicationDirectory),
    organizations: app.get(OrganizationService),
    owned: app.get(OwnedPolicyService),
    policies: app.get(PolicyService),
    zones: app.get(ZoneService),
  };
}

/** An application at these addresses, without policies unless some are given. */
export function applicationValues(
  domains: readonly string[] = [],
  values: Partial<ApplicationValues> = {},
): ApplicationValues {
  const addresses = domains.map((domain) => {
    const address = readAddress(domain);
    if ('flaw' in address) throw new Error(`${domain} ${address.flaw}`);
    return address;
  });
  return {
    name: 'an application',
    type: 'self_hosted',
    domain: domains[0] ?? null,
    passesPreflight: false,
    answersUnauthorized: false,
    tokenHeader: null,
    sessionDuration: null,
    extra: {},
    addresses,
    ...values,
  };
}

/** A policy that admits services that meet one of these rules. */
export function policyValues(include: readonly Rule[], values: Partial<PolicyValues> = {}): PolicyValues {
  const rules = { include, require: [], exclude: [] };
  return { name: 'a policy', decision: 'services', tokenKind: KIND, ...rules, extra: {}, ...values };
}

export async function newAccount(server: TestServer): Promise<string> {
  return (await roomsOf(server).accounts.create(SYSTEM, `Account ${randomUUID()}`)).id;
}

/** A token of a service, as verification knows it. */
export async function newMachine(
  server: TestServer,
  accountId: string,
): Promise<Pick<Token, 'id' | 'kind'> & { accountId: string }> {
  const { hashing, tokens, unitOfWork } = servicesOf(server);
  const values = { handle: `${randomUUID()}.access`, label: 'a machine', accountId, duration: '8760h' };
  const issued = await unitOfWork.write(SYSTEM, (tx) =>
    tokens.issue(tx, ServiceToken, {
      ...values,
      digest: hashing.digest(hashing.newSecret()),
      expiresAt: new Date('2100-01-01T00:00:00Z'),
    }),
  );
  return { id: issued.id, kind: issued.kind, accountId };
}
