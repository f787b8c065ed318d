/** Compares applications with what is declared. */
import {
  Application,
  ApplicationAddress,
  appliedPolicies,
  readAddress,
  type AddressPattern,
  type ApplicationValues,
} from '../applications/index.js';
import type { Transaction } from '../core/index.js';
import type { DeclaredApplications } from '../identity/index.js';
import { accountIdOf } from './account-plan.js';
import { WantedPolicies } from './applied-plan.js';
import type { DeclaredApplication, Path } from './form.js';
import { differencesOf, type Difference, type Plan } from './plan.js';
import type { Entry } from './reading.js';

export async function planApplications(plan: Plan, dialect: DeclaredApplications): Promise<void> {
  const declared = new Set<string>();
  for (const entry of plan.declaration.applications ?? []) {
    const id = await planApplication(plan, entry, dialect);
    if (id !== undefined) declared.add(id);
  }
  if (!plan.declaration.applications) return;
  for (const { id, name, accountId } of await plan.extras('applications', Application, declared)) {
    if (plan.gone.accounts.has(accountId)) continue;
    plan.extra('application', name, (tx) => plan.parts.applications.remove(tx, accountId, id));
  }
}

async function planApplication(
  plan: Plan,
  { path, value }: Entry<DeclaredApplication>,
  dialect: DeclaredApplications,
): Promise<string | undefined> {
  const { id, account, name } = value;
  const accountId = await accountIdOf(plan, account, [...path, 'account']);
  if (accountId === undefined) return id;
  const present = await presentApplication(plan, path, id, accountId, name);
  if (present === undefined) return id;
  const applied = present ? ((await appliedPolicies(plan.manager, [present.id])).get(present.id) ?? []) : [];
  const policies = await WantedPolicies.of(plan, [...path, 'policies'], value, {
    accountId,
    kind: dialect.tokenKind,
    applied,
  });
  if (present) await changeApplication(plan, path, value, dialect, present, policies);
  else createApplication(plan, path, value, dialect, accountId, policies);
  return present?.id ?? id;
}

/** `null` for one that is to be made; `undefined` after a fault. */
async function presentApplication(
  plan: Plan,
  path: Path,
  id: string | undefined,
  accountId: string,
  name: string,
): Promise<Application | null | undefined> {
  if (id !== undefined) {
    const application = await plan.manager.findOneBy(Application, { id });
    if (!application || application.accountId === accountId) return application;
    plan.fault([...path, 'id'], 'belongs to an application of another account');
    return undefined;
  }
  const found = await plan.manager.find(Application, { where: { accountId, name }, take: 2 });
  if (found.length < 2) return found[0] ?? null;
  plan.fault([...path, 'name'], 'is that of several applications here: give the id as well');
  return undefined;
}

function createApplication(
  plan: Plan,
  path: Path,
  value: DeclaredApplication,
  dialect: DeclaredApplications,
  accountId: string,
  policies: WantedPolicies,
): void {
  const { account: _account, name, id, aud, ...shown } = value;
  plan.create('application', name, path, shown, async (tx: Transaction) => {
    const { addresses, extra = withAddresses({}, value.addresses, dialect) } = value;
    const values: ApplicationValues = {
      name,
      type: dialect.type,
      domain: addresses[0] ?? null,
      passesPreflight: value.passes_preflight ?? false,
      answersUnauthorized: value.answers_unauthorized ?? false,
      tokenHeader: value.token_header ?? null,
      sessionDuration: value.session_duration ?? null,
      extra,
      addresses: addresses.map(patternOf),
      policies: await policies.entries(tx),
    };
    const given = { ...(id !== undefined && { id }), ...(aud !== undefined && { aud }) };
    return plan.parts.applications.insert(tx, accountId, values, given);
  });
}

async function changeApplication(
  plan: Plan,
  path: Path,
  value: DeclaredApplication,
  dialect: DeclaredApplications,
  present: Application,
  policies: WantedPolicies,
): Promise<void> {
  const { id, accountId, aud } = present;
  if (value.aud !== undefined && value.aud !== aud) {
    plan.fault([...path, 'aud'], `is not that of this application, ${aud}, and never changes`);
  }
  const rows = await plan.manager.find(ApplicationAddress, {
    where: { applicationId: id },
    order: { position: 'ASC' },
  });
  const before = rows.map(({ host, path: below }) => `${host}${below}`);
  const addresses = value.addresses.map(patternOf);
  const after = addresses.map(({ host, path: below }) => `${host}${below}`);
  const isMoved = before.join(' ') !== after.join(' ') || present.domain !== (value.addresses[0] ?? null);
  const columns = {
    name: value.name,
    passesPreflight: value.passes_preflight,
    answersUnauthorized: value.answers_unauthorized,
    tokenHeader: value.token_header,
    sessionDuration: value.session_duration,
    extra: value.extra ?? (isMoved ? withAddresses(present.extra, value.addresses, dialect) : undefined),
  };
  const moved: Difference[] = isMoved ? [{ field: 'addresses', from: before, to: after }] : [];
  const differences = [...differencesOf(present, columns), ...moved, ...policies.differences];
  plan.change('application', present.name, path, differences, async (tx) => {
    const given = Object.fromEntries(Object.entries(columns).filter(([, wanted]) => wanted !== undefined));
    const { createdAt: _created, updatedAt: _updated, id: _id, aud: _aud, accountId: _account, ...kept } = present;
    const entries = policies.differences.length > 0 ? await policies.entries(tx) : undefined;
    const domain = value.addresses[0] ?? null;
    const values: ApplicationValues = { ...kept, ...given, domain, addresses, policies: entries };
    return plan.parts.applications.updateIn(tx, accountId, id, values);
  });
}

function withAddresses(
  extra: Application['extra'],
  addresses: readonly string[],
  { shownAddresses }: DeclaredApplications,
): Application['extra'] {
  const members = Object.entries({ ...extra, ...shownAddresses(addresses) });
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

function patternOf(text: string): AddressPattern {
  const address = readAddress(text);
  if ('flaw' in address) throw new Error(`an address was not examined: ${address.flaw}`);
  return address;
}
