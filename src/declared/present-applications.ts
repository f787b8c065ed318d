/** Reads the applications that a declaration names, with their addresses and policies: some hundred rows at a time. */
import { In } from 'typeorm';
import { Application, ApplicationAddress, appliedPolicies, type AppliedPolicy } from '../applications/index.js';
import { inParts, rowsWith } from '../core/index.js';
import { knownAccountId } from './account-plan.js';
import type { Plan } from './plan.js';

type Ref = Pick<Application, 'accountId' | 'name'>;

export class PresentApplications {
  private readonly byId = new Map<string, Application>();
  private readonly byName = new Map<string, Application[]>();
  private readonly auds = new Set<string>();
  private readonly policies = new Map<string, readonly AppliedPolicy[]>();
  private readonly addresses = new Map<string, string[]>();

  static async read(plan: Plan): Promise<PresentApplications> {
    const found = new PresentApplications();
    const { manager, declaration } = plan;
    const values = (declaration.applications ?? []).map(({ value }) => value);
    for (const application of await rowsWith(
      manager,
      Application,
      'id',
      values.flatMap(({ id }) => id ?? []),
    )) {
      found.byId.set(application.id, application);
    }
    const refs = values.flatMap(({ account, name, id }): Ref[] => {
      const accountId = knownAccountId(plan, account);
      return accountId === undefined || id !== undefined ? [] : [{ accountId, name }];
    });
    await found.readNamed(plan, refs);
    const auds = values.flatMap(({ aud }) => aud ?? []);
    for (const { aud } of await rowsWith(manager, Application, 'aud', auds)) found.auds.add(aud);
    await found.readParts(plan);
    return found;
  }

  private async readNamed({ manager }: Plan, refs: readonly Ref[]): Promise<void> {
    const sorted = [...refs].sort((one, other) => (one.accountId < other.accountId ? -1 : 1));
    const seen = new Set<string>();
    for (const some of inParts(sorted)) {
      const accountId = In([...new Set(some.map((ref) => ref.accountId))]);
      const names = some.map(({ name }) => name);
      for (const application of await rowsWith(manager, Application, 'name', names, { accountId })) {
        if (seen.has(application.id)) continue;
        seen.add(application.id);
        const key = keyOf(application);
        this.byName.set(key, [...(this.byName.get(key) ?? []), application]);
      }
    }
  }

  private async readParts({ manager }: Plan): Promise<void> {
    const ids = [...this.byId.keys(), ...[...this.byName.values()].flat().map(({ id }) => id)];
    for (const some of inParts(ids)) {
      for (const [id, applied] of await appliedPolicies(manager, some)) this.policies.set(id, applied);
    }
    const rows = await rowsWith(manager, ApplicationAddress, 'applicationId', ids);
    for (const { applicationId, host, path } of rows.sort((one, other) => one.position - other.position)) {
      const all = this.addresses.get(applicationId) ?? [];
      this.addresses.set(applicationId, all);
      all.push(`${host}${path}`);
    }
  }

  withId(id: string): Application | undefined {
    return this.byId.get(id);
  }

  named(ref: Ref): readonly Application[] {
    return this.byName.get(keyOf(ref)) ?? [];
  }

  /** Whether an application here has the audience tag. */
  hasAud(aud: string): boolean {
    return this.auds.has(aud);
  }

  /** Those of an application in their order. */
  policiesOf(id: string): readonly AppliedPolicy[] {
    return this.policies.get(id) ?? [];
  }

  /** Those of an application in their order, as `host/path`. */
  readonly addressesOf = (id: string): readonly string[] => this.addresses.get(id) ?? [];
}

function keyOf({ accountId, name }: Ref): string {
  return `${accountId} ${name}`;
}
