/** Creates applications, and policies that all applications of an account can have: one, or many with few statements. */
import { randomBytes, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { EntryRefused, insertRows, rowsWith, type Token, type Transaction } from '../core/index.js';
import { Account, accountNotFound } from '../identity/index.js';
import { ApplicationAddress } from './application-address.entity.js';
import {
  newPoliciesIn,
  placesOf,
  policyNotAssignable,
  twoOfOnePolicy,
  type PolicyEntry,
} from './application-policies.js';
import { ApplicationPolicy } from './application-policy.entity.js';
import type { ApplicationValues, ApplicationWithPolicies } from './application-values.js';
import { Application } from './application.entity.js';
import type { AppliedPolicy } from './applied-policies.js';
import { ApplicationCreated } from './changes.js';
import { APPLICATION_OPTIONS, type ApplicationOptions } from './options.js';
import { insertPolicies, lockNamedTokens, newPolicy, storePolicies, type PolicyValues } from './policy-rows.js';
import { Policy } from './policy.entity.js';
import { requireQuota } from './quotas.js';
import { requireHostsIn, zonesAround } from './zone-owners.js';

/** A new policy that all applications of the account can have. */
export interface NewPolicyEntry {
  readonly accountId: string;
  readonly values: PolicyValues;
  /** Instead of a new one. */
  readonly id?: string | undefined;
}

/** A new application. */
export interface NewApplicationEntry {
  readonly accountId: string;
  readonly values: ApplicationValues;
  /** Id and audience tag instead of new ones. */
  readonly given?: { readonly id?: string | undefined; readonly aud?: string | undefined };
}

/**
 * For an author who may do all of it. Give at most a thousand at a time. Errors are thrown as `EntryRefused` with the place
 * of the entry, and leave the transaction half done.
 */
@Injectable()
export class ManyApplications {
  constructor(@Inject(APPLICATION_OPTIONS) private readonly options: ApplicationOptions) {}

  /** @throws EntryRefused `account_not_found`, `quota_reached`, `invalid_value` (a rule) */
  async insertPolicies<const T extends readonly NewPolicyEntry[]>(
    tx: Transaction,
    wanted: T,
  ): Promise<{ [K in keyof T]: Policy }> {
    await lockAccounts(tx, wanted);
    await requireQuota(tx, this.options, 'policies', onesOf(wanted));
    const policies = await insertPolicies(
      tx,
      wanted.map((entry) => ({ ...entry, applicationId: null })),
    );
    return policies as { [K in keyof T]: Policy };
  }

  /** @throws EntryRefused `account_not_found`, `quota_reached`, `invalid_value` (policies, addresses) */
  async insertApplications<const T extends readonly NewApplicationEntry[]>(
    tx: Transaction,
    wanted: T,
  ): Promise<{ [K in keyof T]: ApplicationWithPolicies }> {
    await lockAccounts(tx, wanted);
    await requireQuota(tx, this.options, 'applications', onesOf(wanted));
    await requireQuota(tx, this.options, 'policies', newPoliciesOf(wanted));
    await requireOwnHosts(tx, wanted);
    const applications = wanted.map((entry) => rowOf(tx, entry));
    await insertRows(tx.manager, Application, applications);
    await insertRows(
      tx.manager,
      ApplicationAddress,
      applications.flatMap((row, at) => addressesOf(row, wanted[at])),
    );
    const applied = await assigned(tx, applications, wanted);
    const made = applications.map((application, at) => ({ application, policies: applied[at] ?? [] }));
    for (const { application, policies } of made) {
      tx.record(new ApplicationCreated(application, detailsOf(application, policies)));
    }
    return made as { [K in keyof T]: ApplicationWithPolicies };
  }
}

interface OfAccount {
  readonly accountId: string;
}

function onesOf(wanted: readonly OfAccount[]): (OfAccount & { readonly count: number })[] {
  return wanted.map(({ accountId }) => ({ accountId, count: 1 }));
}

function newPoliciesOf(wanted: readonly NewApplicationEntry[]): (OfAccount & { readonly count: number })[] {
  return wanted.map(({ accountId, values }) => ({ accountId, count: newPoliciesIn(values.policies ?? []) }));
}

async function lockAccounts(tx: Transaction, wanted: readonly OfAccount[]): Promise<void> {
  const ids = wanted.map(({ accountId }) => accountId);
  const accounts = await tx.lockRows(Account, ids, 'exclusive');
  const missing = ids.findIndex((id) => !accounts.has(id));
  if (missing >= 0) throw new EntryRefused(missing, accountNotFound());
}

async function requireOwnHosts(tx: Transaction, wanted: readonly NewApplicationEntry[]): Promise<void> {
  const zones = await zonesAround(
    tx.manager,
    wanted.flatMap(({ values }) => values.addresses),
  );
  for (const [at, { accountId, values }] of wanted.entries()) {
    EntryRefused.reading(at, () => {
      requireHostsIn(zones, accountId, values.addresses);
    });
  }
}

function rowOf({ now }: Transaction, { accountId, values, given = {} }: NewApplicationEntry): Application {
  const { addresses: _addresses, policies: _policies, ...columns } = values;
  const { id = randomUUID(), aud = randomBytes(32).toString('hex') } = given;
  return { id, accountId, aud, ...columns, createdAt: now, updatedAt: now };
}

function addressesOf(
  { id: applicationId, accountId }: Application,
  entry: NewApplicationEntry | undefined,
): ApplicationAddress[] {
  return (entry?.values.addresses ?? []).map(({ anchor, host, path }, position) => {
    return { applicationId, position, accountId, anchor, host, path };
  });
}

/** Gives applications their policies. @returns those of each, in the order in which they are asked */
async function assigned(
  tx: Transaction,
  applications: readonly Application[],
  wanted: readonly NewApplicationEntry[],
): Promise<AppliedPolicy[][]> {
  const entries = wanted.flatMap(({ values }) => values.policies ?? []);
  const ids = entries.flatMap(({ id }) => id ?? []);
  await tx.lockRows(Policy, ids, 'shared');
  const shared = new Map((await rowsWith(tx.manager, Policy, 'id', ids)).map((policy) => [policy.id, policy]));
  const tokens = await lockNamedTokens(
    tx,
    entries.flatMap(({ id, values }) => (id === undefined && values ? values : [])),
  );
  const applied = applications.map((application, at) =>
    EntryRefused.reading(at, () => appliedTo(tx, application, wanted[at]?.values.policies ?? [], { shared, tokens })),
  );
  const policies = applied.flat().map(({ policy }) => policy);
  await storePolicies(
    tx,
    policies.filter(({ applicationId }) => applicationId !== null),
  );
  const links = applied.flatMap((each, at) =>
    each.map(({ policy, precedence }) => {
      const { id: applicationId = '', accountId = '' } = applications[at] ?? {};
      return { applicationId, policyId: policy.id, accountId, precedence };
    }),
  );
  await insertRows(tx.manager, ApplicationPolicy, links);
  return applied.map((each) => each.sort((one, other) => one.precedence - other.precedence));
}

/** @throws DomainError `invalid_value` */
function appliedTo(
  tx: Transaction,
  { id: applicationId, accountId }: Application,
  entries: readonly PolicyEntry[],
  { shared, tokens }: { shared: ReadonlyMap<string, Policy>; tokens: ReadonlyMap<string, Token> },
): AppliedPolicy[] {
  const places = placesOf(entries);
  const policies = entries.map(({ id, values }) => {
    if (id === undefined) {
      if (!values) throw new Error('a policy needs an id or values');
      return newPolicy(tx, tokens, { accountId, applicationId, values });
    }
    const policy = shared.get(id);
    if (policy?.accountId !== accountId || policy.applicationId !== null) throw policyNotAssignable(id);
    return policy;
  });
  if (new Set(policies.map(({ id }) => id)).size < policies.length) throw twoOfOnePolicy();
  return policies.map((policy, at) => ({ policy, precedence: places[at] ?? 0 }));
}

/** What the audit log has of an application. */
export function detailsOf({ domain }: Application, policies: readonly AppliedPolicy[]): Record<string, unknown> {
  return { domain, policies: policies.map(({ policy }) => policy.id) };
}
