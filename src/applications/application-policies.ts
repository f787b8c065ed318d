/** Gives an application its policies, within a transaction. */
import { In, Not } from 'typeorm';
import { DomainError, type Transaction } from '../core/index.js';
import { ApplicationPolicy } from './application-policy.entity.js';
import type { Application } from './application.entity.js';
import type { AppliedPolicy } from './applied-policies.js';
import { insertPolicies, removePolicy, updatePolicy, type PolicyValues } from './policy-rows.js';
import { Policy } from './policy.entity.js';

/** One policy of an application: one that exists, or the values of one that belongs to the application. */
export interface PolicyEntry {
  /** Absent for a new policy. */
  readonly id?: string | undefined;
  /** For a new policy, or one of the application's own that is to be changed. */
  readonly values?: PolicyValues | undefined;
  /** Its place. Default: after the one before. */
  readonly precedence?: number | undefined;
}

/** How many policies come into being with these entries. */
export function newPoliciesIn(entries: readonly PolicyEntry[]): number {
  return entries.filter(({ id }) => id === undefined).length;
}

/**
 * Replaces the policies of a locked application. Policies of its own that are left out are deleted.
 * @returns the policies in their order
 * @throws DomainError `invalid_value` for a policy that the account does not have, and for two with one place
 */
export async function assignPolicies(
  tx: Transaction,
  application: Application,
  entries: readonly PolicyEntry[],
): Promise<AppliedPolicy[]> {
  const places = placesOf(entries);
  const applied: AppliedPolicy[] = [];
  for (const [at, entry] of entries.entries()) {
    applied.push({ policy: await policyOf(tx, application, entry), precedence: places[at] ?? 0 });
  }
  const ids = applied.map(({ policy }) => policy.id);
  if (new Set(ids).size < ids.length) throw twoOfOnePolicy();
  const { id: applicationId, accountId } = application;
  await tx.manager.delete(ApplicationPolicy, { applicationId });
  for (const { policy, precedence } of applied) {
    await tx.manager.insert(ApplicationPolicy, { applicationId, policyId: policy.id, accountId, precedence });
  }
  await removeOwnedPolicies(tx, applicationId, ids);
  return applied.sort((one, other) => one.precedence - other.precedence);
}

/** Deletes the policies of an application's own, but for some. */
export async function removeOwnedPolicies(
  tx: Transaction,
  applicationId: string,
  kept: readonly string[],
): Promise<void> {
  const where = { applicationId, ...(kept.length > 0 && { id: Not(In([...kept])) }) };
  for (const policy of await tx.manager.find(Policy, { where, order: { id: 'ASC' } })) await removePolicy(tx, policy);
}

/** The places of policies, in their order. @throws DomainError `invalid_value` for two with one place */
export function placesOf(entries: readonly PolicyEntry[]): number[] {
  const places: number[] = [];
  for (const { precedence } of entries) places.push(precedence ?? Math.max(0, ...places) + 1);
  if (new Set(places).size < places.length) throw precedencesNotUnique();
  return places;
}

/** The error for two policies of an application with one place. */
export function precedencesNotUnique(): DomainError {
  return new DomainError('invalid_value', 'policy precedences must be unique');
}

/** The error for a policy that an application cannot have. */
export function policyNotAssignable(id: string): DomainError {
  return new DomainError('invalid_value', `policies name ${id}, which is no policy that this application can have`);
}

/** The error for an application that has a policy twice. */
export function twoOfOnePolicy(): DomainError {
  return new DomainError('invalid_value', 'policies name one policy twice');
}

async function policyOf(tx: Transaction, application: Application, { id, values }: PolicyEntry): Promise<Policy> {
  const { id: applicationId, accountId } = application;
  if (id === undefined) {
    if (!values) throw new Error('a policy needs an id or values');
    const [policy] = await insertPolicies(tx, [{ accountId, applicationId, values }]);
    return policy;
  }
  const policy = await tx.lockShared(Policy, { id }, { accountId });
  if (!policy || (policy.applicationId !== null && policy.applicationId !== applicationId)) {
    throw policyNotAssignable(id);
  }
  // A reusable policy is changed for all its applications, or not at all.
  return values && policy.applicationId !== null ? updatePolicy(tx, policy, values) : policy;
}
