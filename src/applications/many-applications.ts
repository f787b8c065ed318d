/** Creates many policies and applications within one transaction, with few statements. */
import { randomBytes, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { In, type ObjectType } from 'typeorm';
import { DomainError, EntryRefused, inParts, insertRows, type Transaction } from '../core/index.js';
import { Account, accountNotFound } from '../identity/index.js';
import { ApplicationAddress } from './application-address.entity.js';
import { newPoliciesIn, placesOf, policyNotAssignable, twoOfOnePolicy } from './application-policies.js';
import { ApplicationPolicy } from './application-policy.entity.js';
import { Application } from './application.entity.js';
import { applicationQuotaReached, detailsOf, type ApplicationValues } from './application.service.js';
import type { AppliedPolicy } from './applied-policies.js';
import { ApplicationCreated } from './changes.js';
import { insertPolicies, type NewPolicyRow } from './many-policies.js';
import { APPLICATION_OPTIONS, type ApplicationOptions } from './options.js';
import type { PolicyValues } from './policy-rows.js';
import { Policy } from './policy.entity.js';
import { policyQuotaReached } from './policy.service.js';
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
  readonly given: { readonly id?: string | undefined; readonly aud?: string | undefined };
}

/**
 * For an author who may do all of it. What is added is the same as by the services for single ones: rows, changes, limits.
 * Give at most a thousand at a time. Errors are thrown as `EntryRefused` with the place of the entry, and leave the
 * transaction half done.
 */
@Injectable()
export class ManyApplications {
  constructor(@Inject(APPLICATION_OPTIONS) private readonly options: ApplicationOptions) {}

  /** @throws EntryRefused `account_not_found`, `quota_reached`, `invalid_value` (a rule) */
  async insertPolicies(tx: Transaction, wanted: readonly NewPolicyEntry[]): Promise<void> {
    await lockAccounts(tx, wanted);
    await this.requirePolicyQuota(
      tx,
      wanted.map(({ accountId }) => ({ accountId, count: 1 })),
    );
    await insertPolicies(
      tx,
      wanted.map((entry, at) => ({ ...entry, applicationId: null, at })),
    );
  }

  /** @throws EntryRefused `account_not_found`, `quota_reached`, `invalid_value` (policies, addresses) */
  async insertApplications(tx: Transaction, wanted: readonly NewApplicationEntry[]): Promise<void> {
    await lockAccounts(tx, wanted);
    const { applicationsPerAccount: most } = this.options;
    const ones = wanted.map(({ accountId }) => ({ accountId, count: 1 }));
    await requireQuota(tx, Application, ones, most, applicationQuotaReached);
    await this.requirePolicyQuota(
      tx,
      wanted.map(({ accountId, values }) => ({ accountId, count: newPoliciesIn(values.policies ?? []) })),
    );
    const zones = await zonesAround(
      tx.manager,
      wanted.flatMap(({ values }) => values.addresses),
    );
    for (const [at, { accountId, values }] of wanted.entries()) {
      EntryRefused.reading(at, () => {
        requireHostsIn(zones, accountId, values.addresses);
      });
    }
    const applications = wanted.map((entry) => rowOf(tx, entry));
    await insertRows(tx.manager, Application, applications);
    await insertRows(
      tx.manager,
      ApplicationAddress,
      applications.flatMap((row, at) => addressesOf(row, wanted[at])),
    );
    const applied = await assigned(tx, applications, wanted);
    for (const [at, application] of applications.entries()) {
      tx.record(new ApplicationCreated(application, detailsOf(application, applied[at] ?? [])));
    }
  }

  private requirePolicyQuota(tx: Transaction, wanted: readonly More[]): Promise<void> {
    const { policiesPerAccount: most } = this.options;
    return requireQuota(tx, Policy, wanted, most, policyQuotaReached);
  }
}

/** How many more an entry makes. */
interface More {
  readonly accountId: string;
  readonly count: number;
}

async function lockAccounts(tx: Transaction, wanted: readonly { readonly accountId: string }[]): Promise<void> {
  const ids = wanted.map(({ accountId }) => accountId);
  const accounts = await tx.lockRows(Account, ids, 'exclusive');
  const missing = ids.findIndex((id) => !accounts.has(id));
  if (missing >= 0) throw new EntryRefused(missing, accountNotFound());
}

async function requireQuota(
  { manager }: Transaction,
  entity: ObjectType<Application | Policy>,
  wanted: readonly More[],
  most: number,
  reached: (most: number) => DomainError,
): Promise<void> {
  if (most === 0) return;
  const counts = new Map<string, number>();
  for (const some of inParts([...new Set(wanted.map(({ accountId }) => accountId))])) {
    const rows = await manager
      .createQueryBuilder(entity, 'row')
      .select('row.accountId', 'id')
      .addSelect('COUNT(*)', 'count')
      .where({ accountId: In([...some]) })
      .groupBy('row.accountId')
      .getRawMany<{ id: string; count: string | number }>();
    for (const { id, count } of rows) counts.set(id, Number(count));
  }
  for (const [at, { accountId, count }] of wanted.entries()) {
    const after = (counts.get(accountId) ?? 0) + count;
    if (count > 0 && after > most) throw new EntryRefused(at, reached(most));
    counts.set(accountId, after);
  }
}

function rowOf({ now }: Transaction, { accountId, values, given }: NewApplicationEntry): Application {
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

/** Gives applications their policies. @returns those of each, in their order */
async function assigned(
  tx: Transaction,
  applications: readonly Application[],
  wanted: readonly NewApplicationEntry[],
): Promise<AppliedPolicy[][]> {
  const entriesOf = (at: number) => wanted[at]?.values.policies ?? [];
  const ids = wanted.flatMap((_entry, at) => entriesOf(at).flatMap(({ id }) => id ?? []));
  const shared = await tx.lockRows(Policy, ids, 'shared', ['accountId', 'applicationId']);
  const rows = applications.flatMap(({ id, accountId }, at) =>
    entriesOf(at).flatMap(({ id: present, values }): NewPolicyRow[] =>
      present === undefined && values ? [{ accountId, applicationId: id, values, at }] : [],
    ),
  );
  const own = (await insertPolicies(tx, rows)).values();
  const applied = applications.map((application, at) => {
    const places = placesOf(entriesOf(at));
    const policies = entriesOf(at).map(({ id }, place): AppliedPolicy => {
      const policy = id === undefined ? own.next().value : shared.get(id);
      const isAssignable = policy?.accountId === application.accountId;
      if (!isAssignable || (id !== undefined && policy.applicationId !== null)) {
        throw new EntryRefused(at, policyNotAssignable(id ?? ''));
      }
      return { policy, precedence: places[place] ?? 0 };
    });
    if (new Set(policies.map(({ policy }) => policy.id)).size < policies.length) {
      throw new EntryRefused(at, twoOfOnePolicy());
    }
    return policies;
  });
  const links = applied.flatMap((policies, at) =>
    policies.map(({ policy, precedence }) => {
      const { id: applicationId = '', accountId = '' } = applications[at] ?? {};
      return { applicationId, policyId: policy.id, accountId, precedence };
    }),
  );
  await insertRows(tx.manager, ApplicationPolicy, links);
  return applied;
}
