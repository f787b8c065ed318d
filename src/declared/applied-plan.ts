/** Compares the policies of an application with what is declared. */
import type { AppliedPolicy, Policy, PolicyEntry } from '../applications/index.js';
import type { Transaction } from '../core/index.js';
import type { DeclaredApplication, OwnPolicy, Path } from './form.js';
import { differencesOf, type Difference, type Plan } from './plan.js';
import { valuesOf, wantedPolicy, type WantedPolicy } from './policy-plan.js';
import { SharedPolicies, type PolicyRef, type PresentPolicies } from './present-policies.js';

/** What the policies of an application are compared with. */
interface Surroundings {
  readonly accountId: string;
  readonly kind: string;
  /** Those that the application has, in their order. */
  readonly applied: readonly AppliedPolicy[];
  readonly present: PresentPolicies;
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
  static of(plan: Plan, path: Path, { policies }: DeclaredApplication, around: Surroundings): WantedPolicies {
    if (!policies) return new WantedPolicies(around.accountId, undefined, []);
    const list = policies.flatMap((entry, at) => {
      const found =
        typeof entry === 'string'
          ? sharedPolicy(plan, [...path, at], entry, around)
          : ownPolicy(plan, [...path, at], entry, around);
      return found ?? [];
    });
    return new WantedPolicies(around.accountId, list, differencesIn(list, around.applied));
  }

  /**
   * The policies of several applications, at the time when steps are carried out: those that were declared are here then.
   * @returns `undefined` for an application without a list
   */
  static async entriesOf(
    tx: Transaction,
    all: readonly WantedPolicies[],
  ): Promise<(readonly PolicyEntry[] | undefined)[]> {
    const made = await SharedPolicies.read(
      tx.manager,
      all.flatMap((one) => one.unmade),
    );
    const owned = all.flatMap(({ list }) => (list ?? []).flatMap((each) => ('own' in each ? [each.wanted] : [])));
    const values = (await valuesOf(tx, owned)).values();
    return all.map(({ list, accountId }) =>
      list?.map((each): PolicyEntry => {
        if ('shared' in each) return { id: each.id ?? madeSince(made, { accountId, name: each.shared }) };
        const { present, wanted } = each;
        const own = { ...wanted.known, extra: present?.extra ?? {}, ...values.next().value };
        return { ...(present && { id: present.id }), values: own };
      }),
    );
  }

  /** Policies that were not here when the plan was made. */
  private get unmade(): PolicyRef[] {
    const { accountId } = this;
    return (this.list ?? []).flatMap((each) =>
      'shared' in each && each.id === undefined ? [{ accountId, name: each.shared }] : [],
    );
  }
}

function madeSince(made: SharedPolicies, ref: PolicyRef): string {
  const [found] = made.meantBy(ref);
  if (!found) throw new Error(`the policy ${ref.name} was not made`);
  return found.id;
}

function sharedPolicy(
  plan: Plan,
  path: Path,
  name: string,
  { accountId, present: { shared } }: Surroundings,
): Wanted | undefined {
  const found = shared.meantBy({ accountId, name });
  const declared = plan.policiesCalled(accountId, name);
  if (found.length > 1 || declared > 1) {
    plan.fault(path, `names ${name}, as several policies are called: give the id`);
  } else if (found.length === 0 && declared === 0) {
    if (!plan.declaration.unreadable.has(name)) plan.fault(path, `names the policy ${name}, which is not there`);
  } else return { shared: name, id: found[0]?.id };
  return undefined;
}

function ownPolicy(
  plan: Plan,
  path: Path,
  own: OwnPolicy,
  { accountId, kind, applied, present: { tokens } }: Surroundings,
): Wanted | undefined {
  const owned = applied.map(({ policy }) => policy).filter(({ applicationId }) => applicationId !== null);
  // Ids of such policies are given by the server: on another one, they are found by name.
  const byId = owned.filter(({ id }) => id === own.id);
  const candidates = byId.length > 0 ? byId : owned.filter(({ name }) => name === own.name);
  if (candidates.length > 1) {
    plan.fault(path, `names ${own.name}, as several policies of the application are called: give the id`);
    return undefined;
  }
  const [present] = candidates;
  const wanted = wantedPolicy(plan, tokens, path, own, { accountId, kind: present?.tokenKind ?? kind });
  return { own, present, wanted };
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
