/** Reads the policies that a declaration names, and the tokens in their rules: some hundred rows at a time. */
import { In, IsNull, type EntityManager } from 'typeorm';
import { Policy } from '../applications/index.js';
import { inParts, rowsWith } from '../core/index.js';
import { knownAccountId } from './account-plan.js';
import type { Plan } from './plan.js';
import { namedTokens, namesIn, type NamedTokens } from './rules.js';

/** The name or id of a policy that the applications of an account share. */
export interface PolicyRef {
  readonly accountId: string;
  readonly name: string;
}

/** Policies that applications share. */
export class SharedPolicies {
  private constructor(
    private readonly byId: ReadonlyMap<string, Policy>,
    private readonly byName: ReadonlyMap<string, readonly Policy[]>,
  ) {}

  static async read(manager: EntityManager, refs: readonly PolicyRef[]): Promise<SharedPolicies> {
    const ids = refs.map(({ name }) => name);
    const byId = new Map((await rowsWith(manager, Policy, 'id', ids)).map((policy) => [policy.id, policy]));
    const byName = new Map<string, Policy[]>();
    const sorted = [...refs].sort((one, other) => (one.accountId < other.accountId ? -1 : 1));
    const seen = new Set<string>();
    for (const some of inParts(sorted)) {
      const accountId = In([...new Set(some.map((ref) => ref.accountId))]);
      const where = { accountId, applicationId: IsNull() };
      const names = some.map(({ name }) => name);
      for (const policy of await rowsWith(manager, Policy, 'name', names, where)) {
        if (seen.has(policy.id)) continue;
        seen.add(policy.id);
        const key = keyOf(policy);
        byName.set(key, [...(byName.get(key) ?? []), policy]);
      }
    }
    return new SharedPolicies(byId, byName);
  }

  /** Whatever policy has the id, of any account and application. */
  withId(id: string): Policy | undefined {
    return this.byId.get(id);
  }

  named(ref: PolicyRef): readonly Policy[] {
    return this.byName.get(keyOf(ref)) ?? [];
  }

  /** Those that a reference in an application may mean: the one with that id, or all with that name. */
  meantBy(ref: PolicyRef): readonly Policy[] {
    const policy = this.byId.get(ref.name);
    return policy?.accountId === ref.accountId && policy.applicationId === null ? [policy] : this.named(ref);
  }
}

function keyOf({ accountId, name }: PolicyRef): string {
  return `${accountId} ${name}`;
}

/** What policies are compared with. */
export interface PresentPolicies {
  readonly shared: SharedPolicies;
  readonly tokens: NamedTokens;
}

export async function readPolicies(plan: Plan): Promise<PresentPolicies> {
  const { manager, declaration } = plan;
  const { policies = [], applications = [] } = declaration;
  const refs: PolicyRef[] = [];
  const add = (account: string, name: string | undefined): void => {
    const accountId = knownAccountId(plan, account);
    if (accountId !== undefined && name !== undefined) refs.push({ accountId, name });
  };
  const names: string[] = [];
  for (const { value } of policies) {
    add(value.account, value.id);
    add(value.account, value.name);
    names.push(...namesIn([value.include, value.require, value.exclude]));
  }
  for (const { value } of applications) {
    for (const entry of value.policies ?? []) {
      if (typeof entry === 'string') add(value.account, entry);
      else names.push(...namesIn([entry.include, entry.require, entry.exclude]));
    }
  }
  return { shared: await SharedPolicies.read(manager, refs), tokens: await namedTokens(manager, names) };
}
