/** Compares applications with what is declared. */
import {
  Application,
  readAddress,
  type AddressPattern,
  type ApplicationValues,
  type NewApplicationEntry,
} from '../applications/index.js';
import type { Transaction } from '../core/index.js';
import type { DeclaredApplications } from '../identity/index.js';
import { accountIdOf } from './account-plan.js';
import { WantedPolicies } from './applied-plan.js';
import type { DeclaredApplication, Path } from './form.js';
import { Batch, differencesOf, type Difference, type Plan } from './plan.js';
import { PresentApplications } from './present-applications.js';
import type { PresentPolicies } from './present-policies.js';
import type { Entry } from './reading.js';

/** What applications are compared with. */
interface Around {
  readonly dialect: DeclaredApplications;
  readonly present: PresentApplications;
  readonly policies: PresentPolicies;
  readonly made: Batch<NewApplication>;
}

/** An application to be made. */
interface NewApplication extends Omit<NewApplicationEntry, 'values'> {
  readonly values: ApplicationValues;
  readonly policies: WantedPolicies;
}

export async function planApplications(
  plan: Plan,
  policies: PresentPolicies,
  dialect: DeclaredApplications,
): Promise<void> {
  const declared = new Set<string>();
  const made = new Batch<NewApplication>((tx, applications) => insertApplications(plan, tx, applications));
  const around: Around = { dialect, policies, made, present: await PresentApplications.read(plan) };
  for (const [at, entry] of (plan.declaration.applications ?? []).entries()) {
    await plan.breathe(at);
    const id = planApplication(plan, entry, around);
    if (id !== undefined) declared.add(id);
  }
  if (!plan.declaration.applications) return;
  for (const { id, name, accountId } of await plan.extras('applications', Application, declared)) {
    if (plan.gone.accounts.has(accountId)) continue;
    plan.extra('application', name, (tx) => plan.parts.applications.remove(tx, accountId, id));
  }
}

async function insertApplications(
  { parts }: Plan,
  tx: Transaction,
  applications: readonly NewApplication[],
): Promise<void> {
  const policies = await WantedPolicies.entriesOf(
    tx,
    applications.map((one) => one.policies),
  );
  await parts.ownedEntries.insertApplications(
    tx,
    applications.map(({ accountId, values, given }, at) => {
      return { accountId, given, values: { ...values, policies: policies[at] } };
    }),
  );
}

function planApplication(plan: Plan, { path, value }: Entry<DeclaredApplication>, around: Around): string | undefined {
  const { id, account, name } = value;
  const accountId = accountIdOf(plan, account, [...path, 'account']);
  if (accountId === undefined) return id;
  const present = presentApplication(plan, around.present, path, id, { accountId, name });
  if (present === undefined) return id;
  const policies = WantedPolicies.of(plan, [...path, 'policies'], value, {
    accountId,
    kind: around.dialect.tokenKind,
    applied: present ? around.present.policiesOf(present.id) : [],
    present: around.policies,
  });
  if (present) changeApplication(plan, path, value, around, present, policies);
  else createApplication(plan, path, value, around, accountId, policies);
  return present?.id ?? id;
}

/** `null` for one that is to be made; `undefined` after a fault. */
function presentApplication(
  plan: Plan,
  present: PresentApplications,
  path: Path,
  id: string | undefined,
  ref: Pick<Application, 'accountId' | 'name'>,
): Application | null | undefined {
  if (id !== undefined) {
    const application = present.withId(id);
    if (!application) return null;
    if (application.accountId === ref.accountId) return application;
    plan.fault([...path, 'id'], 'belongs to an application of another account');
    return undefined;
  }
  const found = present.named(ref);
  if (found.length < 2) return found[0] ?? null;
  plan.fault([...path, 'name'], 'is that of several applications here: give the id as well');
  return undefined;
}

function createApplication(
  plan: Plan,
  path: Path,
  value: DeclaredApplication,
  { dialect, present, made }: Around,
  accountId: string,
  policies: WantedPolicies,
): void {
  const { account: _account, name, id, aud, addresses, ...shown } = value;
  if (aud !== undefined && present.hasAud(aud)) {
    plan.fault([...path, 'aud'], 'is that of another application here: leave it out');
  }
  const values: ApplicationValues = {
    name,
    type: dialect.type,
    domain: addresses[0] ?? null,
    passesPreflight: value.passes_preflight ?? false,
    answersUnauthorized: value.answers_unauthorized ?? false,
    tokenHeader: value.token_header ?? null,
    sessionDuration: value.session_duration ?? null,
    extra: value.extra ?? withAddresses({}, addresses, dialect),
    addresses: addresses.map(patternOf),
  };
  const item = { accountId, values, given: { id, aud }, policies };
  plan.create('application', name, path, { addresses, ...shown }, made, item);
}

function changeApplication(
  plan: Plan,
  path: Path,
  value: DeclaredApplication,
  { dialect, present: { addressesOf } }: Around,
  present: Application,
  policies: WantedPolicies,
): void {
  const { id, accountId, aud } = present;
  if (value.aud !== undefined && value.aud !== aud) {
    plan.fault([...path, 'aud'], `is not that of this application, ${aud}, and never changes`);
  }
  const before = addressesOf(id);
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
    const [entries] = policies.differences.length > 0 ? await WantedPolicies.entriesOf(tx, [policies]) : [];
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
