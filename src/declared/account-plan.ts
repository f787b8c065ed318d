/** Compares accounts with what is declared. */
import { Account, newHexId, readAccountName } from '../identity/index.js';
import type { Path } from './form.js';
import { keyOfName } from './reading.js';
import { Batch, differencesOf, type Plan } from './plan.js';

export async function planAccounts(plan: Plan): Promise<void> {
  const { parts, declaration, present: there } = plan;
  const declared = new Set<string>();
  const made = new Batch<Pick<Account, 'id' | 'name'>>((tx, accounts) => parts.entries.insertAccounts(tx, accounts));
  for (const [at, { path, value }] of (declaration.accounts ?? []).entries()) {
    await plan.breathe(at);
    const { name } = value;
    const byName = there.accounts.get(name);
    const present = value.id === undefined ? byName : there.accountsById.get(value.id);
    const id = present?.id ?? value.id ?? newHexId();
    declared.add(id);
    plan.accounts.set(id, id).set(keyOfName(name), id).set(name, id);
    if (present?.name === name) {
      plan.change('account', name, path, [], undefined);
      continue;
    }
    const label = readAccountName(name);
    if ('flaw' in label) plan.fault([...path, 'name'], label.flaw);
    else if (byName && byName.id !== id) plan.fault([...path, 'name'], `is that of account ${byName.id} here`);
    else if (!present) {
      plan.create('account', label.text, path, { id: value.id }, made, { id, name: label.text });
    } else {
      plan.change('account', present.name, path, differencesOf(present, { name: label.text }), (tx) =>
        parts.accounts.updateIn(tx, id, { name: label.text }),
      );
    }
  }
  if (!declaration.accounts) return;
  for (const { id, name } of await plan.extras('accounts', Account, declared)) {
    if (plan.options.prune) plan.gone.accounts.add(id);
    plan.extra('account', name, (tx) => parts.accounts.remove(tx, id, 0));
  }
}

/** The id of an account that is declared or here. A fault if it is neither, or about to be deleted. */
export function accountIdOf(plan: Plan, ref: string, path: Path): string | undefined {
  const id = knownAccountId(plan, ref);
  if (id === undefined) {
    if (!plan.declaration.unreadable.has(ref)) plan.fault(path, `names the account ${ref}, which is not there`);
    return undefined;
  }
  plan.accounts.set(ref, id);
  if (plan.gone.accounts.has(id)) plan.fault(path, `names the account ${ref}, which --prune would delete: declare it`);
  return id;
}

/** The same without faults. */
export function knownAccountId(
  { accounts, present }: Pick<Plan, 'accounts' | 'present'>,
  ref: string,
): string | undefined {
  return accounts.get(ref) ?? accounts.get(keyOfName(ref)) ?? present.accounts.get(ref)?.id;
}
