/** Reads the policies of applications in their order, and the applications of policies. */
import { In, type EntityManager } from 'typeorm';
import { ApplicationPolicy } from './application-policy.entity.js';
import { Policy } from './policy.entity.js';

/** A policy of an application, and its place. */
export interface AppliedPolicy {
  readonly policy: Policy;
  readonly precedence: number;
}

/** The policies of these applications, in the order in which they are asked. */
export async function appliedPolicies(
  manager: EntityManager,
  applicationIds: readonly string[],
): Promise<ReadonlyMap<string, AppliedPolicy[]>> {
  const applied = new Map<string, AppliedPolicy[]>();
  if (applicationIds.length === 0) return applied;
  const order = { applicationId: 'ASC', precedence: 'ASC' } as const;
  const links = await manager.find(ApplicationPolicy, { where: { applicationId: In([...applicationIds]) }, order });
  const ids = [...new Set(links.map(({ policyId }) => policyId))];
  const policies = ids.length === 0 ? [] : await manager.find(Policy, { where: { id: In(ids) } });
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  for (const { applicationId, policyId, precedence } of links) {
    const policy = byId.get(policyId);
    if (!policy) continue;
    const all = applied.get(applicationId) ?? [];
    all.push({ policy, precedence });
    applied.set(applicationId, all);
  }
  return applied;
}

/** The ids of the applications that have a policy, in order. */
export async function applicationsOf(manager: EntityManager, policyId: string): Promise<string[]> {
  const links = await manager.find(ApplicationPolicy, { where: { policyId }, order: { applicationId: 'ASC' } });
  return links.map(({ applicationId }) => applicationId);
}

/** How many applications have each of these policies. */
export async function applicationCounts(
  manager: EntityManager,
  policyIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (policyIds.length === 0) return new Map();
  const rows = await manager
    .createQueryBuilder(ApplicationPolicy, 'link')
    .select('link.policyId', 'id')
    .addSelect('COUNT(*)', 'count')
    .where({ policyId: In([...policyIds]) })
    .groupBy('link.policyId')
    .getRawMany<{ id: string; count: string | number }>();
  return new Map(rows.map(({ id, count }) => [id, Number(count)]));
}
