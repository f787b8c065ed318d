/** Compares the policies that applications share with what is declared. */
import { IsNull } from 'typeorm';
import { Policy, type PolicyValues } from '../applications/index.js';
import type { Transaction } from '../core/index.js';
import { accountIdOf } from './account-plan.js';
import type { DeclaredPolicy, OwnPolicy, Path } from './form.js';
import { differencesOf, type Plan } from './plan.js';
import type { Entry } from './reading.js';
import { storedRules } from './rules.js';

/** @param tokenKind - what the rules of new policies are about */
export async function planPolicies(plan: Plan, tokenKind: string): Promise<void> {
  const declared = new Set<string>();
  for (const entry of plan.declaration.policies ?? []) {
    const id = await planPolicy(plan, entry, tokenKind);
    if (id !== undefined) declared.add(id);
  }
  if (!plan.declaration.policies) return;
  for (const { id, name, accountId } of await plan.extras('policies', Policy, declared, { applicationId: IsNull() })) {
    if (plan.gone.accounts.has(accountId)) continue;
    plan.extra('policy', name, (tx) => plan.parts.policies.remove(tx, accountId, id));
  }
}

async function planPolicy(
  plan: Plan,
  { path, value }: Entry<DeclaredPolicy>,
  kind: string,
): Promise<string | undefined> {
  const { id, account, name } = value;
  const accountId = await accountIdOf(plan, account, [...path, 'account']);
  if (accountId === undefined) return undefined;
  const present = await presentPolicy(plan, path, id, accountId, name);
  if (present === undefined) return id;
  const wanted = await wantedPolicy(plan, path, value, { accountId, kind: present?.tokenKind ?? kind });
  if (!present) {
    const { account: _account, name: _name, id: _id, ...shown } = value;
    plan.create('policy', name, path, shown, async (tx) =>
      plan.parts.policies.insert(tx, accountId, { extra: {}, ...(await wanted.values(tx)) }, id),
    );
    return id;
  }
  const differences = wanted.isWhole ? differencesOf(present, wanted.known) : [{ field: 'include' }];
  plan.change('policy', present.name, path, differences, async (tx) => {
    const { extra } = present;
    return plan.parts.policies.updateIn(tx, accountId, present.id, { extra, ...(await wanted.values(tx)) });
  });
  return present.id;
}

/** `null` for one that is to be made; `undefined` after a fault. */
async function presentPolicy(
  plan: Plan,
  path: Path,
  id: string | undefined,
  accountId: string,
  name: string,
): Promise<Policy | null | undefined> {
  if (id !== undefined) {
    const policy = await plan.manager.findOneBy(Policy, { id });
    if (!policy || (policy.accountId === accountId && policy.applicationId === null)) return policy;
    plan.fault([...path, 'id'], 'belongs to a policy of another account or application');
    return undefined;
  }
  const found = await plan.manager.find(Policy, { where: { accountId, name, applicationId: IsNull() }, take: 2 });
  if (found.length < 2) return found[0] ?? null;
  plan.fault([...path, 'name'], 'is that of several policies here: give the id as well');
  return undefined;
}

/** The values of a policy. */
export interface WantedPolicy {
  /** As far as the tokens that rules name are here. */
  readonly known: Omit<PolicyValues, 'extra'> & { readonly extra?: PolicyValues['extra'] };
  /** Whether all tokens are here. */
  readonly isWhole: boolean;
  /** At the time when steps are carried out. */
  readonly values: (tx: Transaction) => Promise<WantedPolicy['known']>;
}

/** A fault for tokens that are neither here nor declared. */
export async function wantedPolicy(
  plan: Plan,
  path: Path,
  { name, decision, extra, ...lists }: OwnPolicy,
  { accountId, kind }: { readonly accountId: string; readonly kind: string },
): Promise<WantedPolicy> {
  let isWhole = true;
  const values = async (
    manager: Plan['manager'],
    missing: (list: string, token: string, at: number) => void,
  ): Promise<WantedPolicy['known']> => {
    const rulesOf = (list: 'include' | 'require' | 'exclude') =>
      storedRules(lists[list], { manager, accountId, kind }, (token, at) => {
        missing(list, token, at);
      });
    const [include, require, exclude] = [await rulesOf('include'), await rulesOf('require'), await rulesOf('exclude')];
    return { name, decision, tokenKind: kind, include, require, exclude, ...(extra && { extra }) };
  };
  const known = await values(plan.manager, (list, token, at) => {
    isWhole = false;
    if (!isDeclared(plan, token)) plan.fault([...path, list, at], `names the token ${token}, which is not there`);
  });
  return {
    known,
    isWhole,
    values: ({ manager }) =>
      values(manager, (_list, token) => {
        throw new Error(`the token ${token} was not made`);
      }),
  };
}

function isDeclared({ declaration: { tokens = [], unreadable } }: Plan, token: string): boolean {
  return unreadable.has(token) || tokens.some(({ value }) => value.record.token.handle === token);
}
