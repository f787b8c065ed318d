/** Inserts rows of many policies, and of the tokens that they name. */
import { randomUUID } from 'node:crypto';
import { DomainError, EntryRefused, Token, insertRows, type Transaction } from '../core/index.js';
import { PolicyCreated } from './changes.js';
import { detailsOf, type PolicyValues } from './policy-rows.js';
import { PolicyToken } from './policy-token.entity.js';
import { Policy } from './policy.entity.js';
import { namedTokens } from './rules.js';

/** A new policy. */
export interface NewPolicyRow {
  readonly accountId: string;
  /** The application to which it belongs; `null` for a reusable one. */
  readonly applicationId: string | null;
  readonly values: PolicyValues;
  /** Instead of a new one. */
  readonly id?: string | undefined;
  /** The place of the entry that it is for. */
  readonly at: number;
}

/**
 * The accounts have to be locked.
 * @returns the policies in the same order
 * @throws EntryRefused `invalid_value` for a token that the account does not have
 */
export async function insertPolicies(tx: Transaction, wanted: readonly NewPolicyRow[]): Promise<Policy[]> {
  const times = { createdAt: tx.now, updatedAt: tx.now };
  const policies = wanted.map(({ accountId, applicationId, values, id = randomUUID() }): Policy => {
    const { name, decision, tokenKind, include, require, exclude, extra } = values;
    return { id, accountId, applicationId, name, decision, tokenKind, include, require, exclude, extra, ...times };
  });
  // Locked, so that a deletion of one waits and then finds that it is in use.
  const tokens = await tx.lockRows(Token, policies.flatMap(namedTokens), 'shared', ['accountId', 'kind']);
  const named: PolicyToken[] = [];
  for (const [at, policy] of policies.entries()) {
    const { accountId } = policy;
    for (const tokenId of namedTokens(policy)) {
      const token = tokens.get(tokenId);
      if (token?.accountId !== accountId || token.kind !== policy.tokenKind) {
        throw new EntryRefused(wanted[at]?.at ?? 0, tokenNotThere(tokenId));
      }
      named.push({ policyId: policy.id, tokenId, accountId });
    }
  }
  await insertRows(tx.manager, Policy, policies);
  await insertRows(tx.manager, PolicyToken, named);
  for (const policy of policies) {
    tx.record(
      new PolicyCreated(policy, policy.applicationId === null ? [] : [policy.applicationId], detailsOf(policy)),
    );
  }
  return policies;
}

/** The error for a token that a rule names and the account does not have. */
export function tokenNotThere(id: string): DomainError {
  return new DomainError('invalid_value', `a rule names the token ${id}, which does not exist in this account`);
}
