/** Compares the policies that applications share with what is declared. */
import { IsNull } from 'typeorm';
import { Policy, type PolicyValues } from '../applications/index.js';
import type { Transaction } from '../core/index.js';
import { accountIdOf } from './account-plan.js';
import type { DeclaredPolicy, OwnPolicy, Path } from './form.js';
import { Batch, differencesOf, type Plan } from './plan.js';
import type { PolicyRef, PresentPolicies, SharedPolicies } from './present-policies.js';
import type { Entry } from './reading.js';
import { namedTokens, namesIn, storedRules, type NamedTokens } from './rules.js';

/** A policy to be made. */
interface NewPolicy {
  readonly accountId: string;
  readonly id: string | undefined;
  readonly wanted: WantedPolicy;
}

/** @param tokenKind - what the rules of new policies are about */
export async function planPolicies(plan: Plan, present: PresentPolicies, tokenKind: string): Promise<void> {
  const declared = new Set<string>();
  const made = new Batch<NewPolicy>((tx, policies) => insertPolicies(plan, tx, policies));
  for (const [at, entry] of (plan.declaration.policies ?? []).entries()) {
    await plan.breathe(at);
    const id = planPolicy(plan, present, entry, tokenKind, made);
    if (id !== undefined) declared.add(id);
  }
  if (!plan.declaration.policies) return;
  for (const { id, name, accountId } of await plan.extras('policies', Policy, declared, { applicationId: IsNull() })) {
    if (plan.gone.accounts.has(accountId)) continue;
    plan.extra('policy', name, (tx) => plan.parts.policies.remove(tx, accountId, id));
  }
}

function planPolicy(
  plan: Plan,
  { shared, tokens }: PresentPolicies,
  { path, value }: Entry<DeclaredPolicy>,
  kind: string,
  made: Batch<NewPolicy>,
): string | undefined {
  const { id, account, name } = value;
  const accountId = accountIdOf(plan, account, [...path, 'account']);
  if (accountId === undefined) return undefined;
  const present = presentPolicy(plan, shared, path, id, { accountId, name });
  if (present === undefined) return id;
  const wanted = wantedPolicy(plan, tokens, path, value, { accountId, kind: present?.tokenKind ?? kind });
  if (!present) {
    const { account: _account, name: _name, id: _id, ...shown } = value;
    plan.create('policy', name, path, shown, made, { accountId, id, wanted });
    return id;
  }
  const differences = wanted.isWhole ? differencesOf(present, wanted.known) : [{ field: 'include' }];
  plan.change('policy', present.name, path, differences, async (tx) => {
    const { extra } = present;
    const [values] = await valuesOf(tx, [wanted]);
    return plan.parts.policies.updateIn(tx, accountId, present.id, { ...wanted.known, extra, ...values });
  });
  return present.id;
}

async function insertPolicies({ parts }: Plan, tx: Transaction, policies: readonly NewPolicy[]): Promise<void> {
  const values = await valuesOf(
    tx,
    policies.map(({ wanted }) => wanted),
  );
  await parts.ownedEntries.insertPolicies(
    tx,
    policies.map(({ accountId, id, wanted }, at) => {
      return { accountId, id, values: { ...wanted.known, extra: {}, ...values[at] } };
    }),
  );
}

/** `null` for one that is to be made; `undefined` after a fault. */
function presentPolicy(
  plan: Plan,
  shared: SharedPolicies,
  path: Path,
  id: string | undefined,
  ref: PolicyRef,
): Policy | null | undefined {
  if (id !== undefined) {
    const policy = shared.withId(id);
    if (!policy) return null;
    if (policy.accountId === ref.accountId && policy.applicationId === null) return policy;
    plan.fault([...path, 'id'], 'belongs to a policy of another account or application');
    return undefined;
  }
  const found = shared.named(ref);
  if (found.length < 2) return found[0] ?? null;
  plan.fault([...path, 'name'], 'is that of several policies here: give the id as well');
  return undefined;
}

type KnownValues = Omit<PolicyValues, 'extra'> & { readonly extra?: PolicyValues['extra'] };

/** The values of a policy. */
export interface WantedPolicy {
  /** As far as the tokens that rules name are here. */
  readonly known: KnownValues;
  /** Whether all tokens are here. */
  readonly isWhole: boolean;
  /** What names tokens in its rules. */
  readonly names: readonly string[];
  /** With tokens that have been made since. */
  readonly values: (tokens: NamedTokens) => KnownValues;
}

/** The values at the time when steps are carried out. */
export async function valuesOf({ manager }: Transaction, wanted: readonly WantedPolicy[]): Promise<KnownValues[]> {
  const tokens = await namedTokens(
    manager,
    wanted.flatMap(({ isWhole, names }) => (isWhole ? [] : names)),
  );
  return wanted.map(({ isWhole, known, values }) => (isWhole ? known : values(tokens)));
}

/** A fault for tokens that are neither here nor declared. */
export function wantedPolicy(
  plan: Plan,
  tokens: NamedTokens,
  path: Path,
  { name, decision, extra, ...lists }: OwnPolicy,
  { accountId, kind }: { readonly accountId: string; readonly kind: string },
): WantedPolicy {
  let isWhole = true;
  const valuesBy = (
    named: NamedTokens,
    missing: (list: string, token: string, at: number) => void,
  ): WantedPolicy['known'] => {
    const rulesOf = (list: 'include' | 'require' | 'exclude') =>
      storedRules(
        lists[list],
        (token) => named.idOf(accountId, kind, token),
        (token, at) => {
          missing(list, token, at);
        },
      );
    const [include, require, exclude] = [rulesOf('include'), rulesOf('require'), rulesOf('exclude')];
    return { name, decision, tokenKind: kind, include, require, exclude, ...(extra && { extra }) };
  };
  const known = valuesBy(tokens, (list, token, at) => {
    isWhole = false;
    if (!isDeclared(plan, accountId, kind, token))
      plan.fault([...path, list, at], `names the token ${token}, which is not there`);
  });
  const values = (since: NamedTokens): KnownValues =>
    valuesBy(since, (_list, token) => {
      throw new Error(`the token ${token} was not made`);
    });
  return { known, isWhole, names: namesIn([lists.include, lists.require, lists.exclude]), values };
}

/** Whether a token will be there, or is faulty itself. */
function isDeclared(plan: Plan, accountId: string, kind: string, token: string): boolean {
  const { declaration, faultyTokens, newTokens } = plan;
  return declaration.unreadable.has(token) || faultyTokens.has(token) || newTokens.has(`${accountId} ${kind} ${token}`);
}
