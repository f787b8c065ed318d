/** Writes policies and what they name, within a transaction. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { DomainError, EntryRefused, Token, findRow, insertRows, type Transaction } from '../core/index.js';
import type { JsonObject } from './application.entity.js';
import { applicationsOf } from './applied-policies.js';
import { PolicyCreated, PolicyDeleted, PolicyUpdated } from './changes.js';
import { PolicyToken } from './policy-token.entity.js';
import { Policy, type PolicyDecision } from './policy.entity.js';
import { namedTokens, type Rules } from './rules.js';

/** The values of a policy. */
export interface PolicyValues extends Rules {
  readonly name: string;
  readonly decision: PolicyDecision;
  /** The only kind of token that its rules are about. It does not change. */
  readonly tokenKind: string;
  readonly extra: JsonObject;
}

/** A new policy. */
export interface NewPolicyRow {
  readonly accountId: string;
  /** The application to which it belongs; `null` for a reusable one. */
  readonly applicationId: string | null;
  readonly values: PolicyValues;
  /** Instead of a new one. */
  readonly id?: string | undefined;
}

/**
 * Inserts policies. Their accounts have to be locked against deletion.
 * @returns the policies in the same order
 * @throws EntryRefused `invalid_value` for a token that the account does not have
 */
export async function insertPolicies<const T extends readonly NewPolicyRow[]>(
  tx: Transaction,
  wanted: T,
): Promise<{ [K in keyof T]: Policy }> {
  const tokens = await lockNamedTokens(
    tx,
    wanted.map(({ values }) => values),
  );
  const policies = wanted.map((one, at) => EntryRefused.reading(at, () => newPolicy(tx, tokens, one)));
  await storePolicies(tx, policies);
  return policies as { [K in keyof T]: Policy };
}

/** The tokens that rules name, so that a deletion of one waits and then finds that it is in use. */
export function lockNamedTokens(tx: Transaction, rules: readonly Rules[]): Promise<ReadonlyMap<string, Token>> {
  return tx.lockRows(Token, rules.flatMap(namedTokens), 'shared', ['accountId', 'kind']);
}

/**
 * A policy that is to be stored.
 * @param tokens - those that it names
 * @throws DomainError `invalid_value` for a token that the account does not have
 */
export function newPolicy(
  tx: Transaction,
  tokens: ReadonlyMap<string, Token>,
  { accountId, applicationId, values, id = randomUUID() }: NewPolicyRow,
): Policy {
  const { name, decision, tokenKind, include, require, exclude, extra } = values;
  for (const tokenId of namedTokens(values)) {
    const token = tokens.get(tokenId);
    if (token?.accountId !== accountId || token.kind !== tokenKind) throw tokenNotThere(tokenId);
  }
  const times = { createdAt: tx.now, updatedAt: tx.now };
  return { id, accountId, applicationId, name, decision, tokenKind, include, require, exclude, extra, ...times };
}

/** Inserts the rows of new policies. */
export async function storePolicies(tx: Transaction, policies: readonly Policy[]): Promise<void> {
  await insertRows(tx.manager, Policy, policies);
  const named = policies.flatMap((policy) =>
    namedTokens(policy).map((tokenId) => ({ policyId: policy.id, tokenId, accountId: policy.accountId })),
  );
  await insertRows(tx.manager, PolicyToken, named);
  for (const policy of policies) {
    const { applicationId } = policy;
    tx.record(new PolicyCreated(policy, applicationId === null ? [] : [applicationId], detailsOf(policy)));
  }
}

/**
 * Gives a locked policy other values; does nothing if nothing differs.
 * @throws DomainError `invalid_value` for a token that the account does not have
 */
export async function updatePolicy(tx: Transaction, policy: Policy, values: PolicyValues): Promise<Policy> {
  const { name, decision, include, require, exclude, extra } = values;
  const wanted = { name, decision, include, require, exclude, extra };
  const fields = Object.entries(wanted).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(policy[field as keyof Policy]),
  );
  if (fields.length === 0) return policy;
  const before = namedTokens(policy);
  const changed: Policy = { ...policy, ...wanted, updatedAt: tx.now };
  await tx.manager.update(Policy, { id: policy.id }, { ...wanted, updatedAt: tx.now } as object);
  await nameTokens(tx, changed, before);
  const details = { fields: fields.map(([field]) => field), ...detailsOf(changed) };
  tx.record(new PolicyUpdated(changed, await applicationsOf(tx.manager, policy.id), details));
  return changed;
}

/** Removes a locked policy that no application has any more. */
export async function removePolicy(tx: Transaction, policy: Policy): Promise<void> {
  await tx.manager.delete(PolicyToken, { policyId: policy.id });
  await tx.manager.delete(Policy, { id: policy.id });
  const { applicationId } = policy;
  tx.record(new PolicyDeleted(policy, applicationId === null ? [] : [applicationId], detailsOf(policy)));
}

/** A policy that names a token, or `null`. Lock the token before: then no other policy can begin to name it. */
export async function policyNaming(manager: EntityManager, tokenId: string): Promise<Policy | null> {
  const [named] = await manager.find(PolicyToken, { where: { tokenId }, order: { policyId: 'ASC' }, take: 1 });
  return named ? findRow(manager, Policy, { id: named.policyId }) : null;
}

/** What the audit log has of a policy. */
export function detailsOf({ decision, applicationId, ...rules }: Policy): Record<string, unknown> {
  return { decision, application_id: applicationId, tokens: namedTokens(rules) };
}

/** Locks the tokens that are newly named, so that a deletion of one waits and then finds that it is in use. */
async function nameTokens(tx: Transaction, policy: Policy, before: readonly string[]): Promise<void> {
  const { id: policyId, accountId, tokenKind } = policy;
  const tokenIds = namedTokens(policy);
  for (const id of tokenIds) {
    if (before.includes(id)) continue;
    if (!(await tx.lockShared(Token, { id }, { accountId, kind: tokenKind }))) {
      throw tokenNotThere(id);
    }
  }
  await tx.manager.delete(PolicyToken, { policyId });
  for (const tokenId of tokenIds) await tx.manager.insert(PolicyToken, { policyId, tokenId, accountId });
}

function tokenNotThere(id: string): DomainError {
  return new DomainError('invalid_value', `a rule names the token ${id}, which does not exist in this account`);
}
