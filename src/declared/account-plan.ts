/** Compares accounts with what is declared. */
import { Account, newHexId, readAccountName } from '../identity/index.js';
import type { Path } from './form.js';
import { keyOfName } from './reading.js';
import { differencesOf, type Plan } from './plan.js';

export async function planAccounts(plan: Plan): Promise<void> {
  const { manager, parts, declaration } = plan;
  const declared = new Set<string>();
  for (const { path, value } of declaration.accounts ?? []) {
    const { name } = value;
    const byName = await parts.accounts.findIn(manager, name);
    const present = value.id === undefined ? byName : await manager.findOneBy(Account, { id: value.id });
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
      plan.create('account', label.text, path, { id: value.id }, (tx) =>
        parts.accounts.insert(tx, { id, name: label.text }),
      );
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
export async function accountIdOf(plan: Plan, ref: string, path: Path): Promise<string | undefined> {
  const known = plan.accounts.get(ref) ?? plan.accounts.get(keyOfName(ref));
  const id = known ?? (await plan.parts.accounts.findIn(plan.manager, ref))?.id;
  if (id === undefined) {
    if (!plan.declaration.unreadable.has(ref)) plan.fault(path, `names the account ${ref}, which is not there`);
    return undefined;
  }
  plan.accounts.set(ref, id);
  if (plan.gone.accounts.has(id)) plan.fault(path, `names the account ${ref}, which --prune would delete: declare it`);
  return id;
}
