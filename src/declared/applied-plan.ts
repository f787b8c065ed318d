/** Compares the policies of an application with what is declared. */
import { IsNull } from 'typeorm';
import { Policy, type AppliedPolicy, type PolicyEntry } from '../applications/index.js';
import type { Transaction } from '../core/index.js';
import type { DeclaredApplication, OwnPolicy, Path } from './form.js';
import { differencesOf, type Difference, type Plan } from './plan.js';
import { wantedPolicy, type WantedPolicy } from './policy-plan.js';

/** What the policies of an application are compared with. */
interface Surroundings {
  readonly accountId: string;
  readonly kind: string;
  /** Those that the application has, in their order. */
  readonly applied: readonly AppliedPolicy[];
}

/** A policy of the list. */
type Wanted =
  | { readonly shared: string; readonly id: string | undefined }
  | { readonly own: OwnPolicy; readonly present: Policy | undefined; readonly wanted: WantedPolicy };

export class WantedPolicies {
  private constructor(
    private readonly accountId: string,
    private readonly list: readonly Wanted[] | undefined,
    readonly differences: readonly Difference[],
  ) {}

  /** An application without a list keeps what it has. */
  static async of(
    plan: Plan,
    path: Path,
    { policies }: DeclaredApplication,
    around: Surroundings,
  ): Promise<WantedPolicies> {
    if (!policies) return new WantedPolicies(around.accountId, undefined, []);
    const list: Wanted[] = [];
    for (const [at, entry] of policies.entries()) {
      const found =
        typeof entry === 'string'
          ? await sharedPolicy(plan, [...path, at], entry, around)
          : await ownPolicy(plan, [...path, at], entry, around);
      if (found) list.push(found);
    }
    return new WantedPolicies(around.accountId, list, differencesIn(list, around.applied));
  }

  /** At the time when steps are carried out: policies that were declared are here then. */
  async entries(tx: Transaction): Promise<PolicyEntry[] | undefined> {
    if (!this.list) return undefined;
    const entries: PolicyEntry[] = [];
    for (const each of this.list) {
      if ('shared' in each) entries.push({ id: each.id ?? (await this.madeSince(tx, each.shared)) });
      else {
        const { present } = each;
        const values = { extra: present?.extra ?? {}, ...(await each.wanted.values(tx)) };
        entries.push({ ...(present && { id: present.id }), values });
      }
    }
    return entries;
  }

  private async madeSince({ manager }: Transaction, name: string): Promise<string> {
    const { accountId } = this;
    const where = { accountId, applicationId: IsNull() };
    const found = await manager.findOne(Policy, {
      where: [
        { ...where, name },
        { ...where, id: name },
      ],
    });
    if (!found) throw new Error(`the policy ${name} was not made`);
    return found.id;
  }
}

async function sharedPolicy(
  plan: Plan,
  path: Path,
  name: string,
  { accountId }: Surroundings,
): Promise<Wanted | undefined> {
  const where = { accountId, applicationId: IsNull() };
  const byId = await plan.manager.findOneBy(Policy, { ...where, id: name });
  const found = byId ? [byId] : await plan.manager.find(Policy, { where: { ...where, name }, take: 2 });
  const declared = (plan.declaration.policies ?? []).filter(
    ({ value }) => (value.name === name || value.id === name) && plan.accounts.get(value.account) === accountId,
  );
  if (found.length > 1 || declared.length > 1) {
    plan.fault(path, `names ${name}, as several policies are called: give the id`);
  } else if (found.length === 0 && declared.length === 0) {
    if (!plan.declaration.unreadable.has(name)) plan.fault(path, `names the policy ${name}, which is not there`);
  } else return { shared: name, id: found[0]?.id };
  return undefined;
}

async function ownPolicy(
  plan: Plan,
  path: Path,
  own: OwnPolicy,
  { accountId, kind, applied }: Surroundings,
): Promise<Wanted | undefined> {
  const owned = applied.map(({ policy }) => policy).filter(({ applicationId }) => applicationId !== null);
  // Ids of such policies are given by the server: on another one, they are found by name.
  const byId = owned.filter(({ id }) => id === own.id);
  const candidates = byId.length > 0 ? byId : owned.filter(({ name }) => name === own.name);
  if (candidates.length > 1) {
    plan.fault(path, `names ${own.name}, as several policies of the application are called: give the id`);
    return undefined;
  }
  const [present] = candidates;
  return { own, present, wanted: await wantedPolicy(plan, path, own, { accountId, kind: present?.tokenKind ?? kind }) };
}

function differencesIn(list: readonly Wanted[], applied: readonly AppliedPolicy[]): Difference[] {
  const before = applied.map(({ policy }) => policy.id);
  const after = list.map((each) => ('shared' in each ? each.id : each.present?.id));
  const isSame = before.length === after.length && before.every((id, at) => id === after[at]);
  const names = list.map((each) => ('shared' in each ? each.shared : each.own.name));
  const order: Difference[] = isSame
    ? []
    : [{ field: 'policies', from: applied.map(({ policy }) => policy.name), to: names }];
  const changed = list.flatMap((each) => {
    if ('shared' in each || !each.present) return [];
    const { present, wanted } = each;
    const found = wanted.isWhole ? differencesOf(present, wanted.known) : [{ field: 'include' }];
    return found.map(({ field, ...values }) => ({ field: `policy ${present.name}: ${field}`, ...values }));
  });
  return [...order, ...changed];
}
