/** Applications: list, create, change, delete. */
import { Inject, Injectable } from '@nestjs/common';
import { In, type SelectQueryBuilder } from 'typeorm';
import {
  DomainError,
  LongReads,
  UnitOfWork,
  findRow,
  textMatch,
  type Actor,
  type ListPart,
  type PageRequest,
  type PartRequest,
  type ReaderId,
  type SlicedQuery,
  type Transaction,
} from '../core/index.js';
import { AccountService, lockAccountForUpdate } from '../identity/index.js';
import type { AddressPattern } from './address-pattern.js';
import { ApplicationAddress } from './application-address.entity.js';
import { assignPolicies, newPoliciesIn, removeOwnedPolicies } from './application-policies.js';
import { ApplicationPolicy } from './application-policy.entity.js';
import type { ApplicationValues, ApplicationWithPolicies } from './application-values.js';
import { Application } from './application.entity.js';
import { appliedPolicies } from './applied-policies.js';
import { ApplicationDeleted, ApplicationUpdated } from './changes.js';
import { ManyApplications, detailsOf } from './many-applications.js';
import { APPLICATION_OPTIONS, type ApplicationOptions } from './options.js';
import { requireQuota } from './quotas.js';
import { requireOwnHosts } from './zone-owners.js';

/** Selects applications; all conditions must hold. */
export interface ApplicationFilter {
  readonly name?: string | undefined;
  readonly domain?: string | undefined;
  readonly aud?: string | undefined;
  /** Part of the name or the domain, whatever the case of its letters. */
  readonly search?: string | undefined;
}

@Injectable()
export class ApplicationService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
    private readonly accounts: AccountService,
    private readonly many: ManyApplications,
    @Inject(APPLICATION_OPTIONS) private readonly options: ApplicationOptions,
  ) {}

  /** A page of an account's applications, oldest first, and the number of all that match. */
  async page(
    reader: ReaderId,
    accountId: string,
    filter: ApplicationFilter,
    page: PageRequest,
  ): Promise<[ApplicationWithPolicies[], number]> {
    const [applications, total] = await this.reads.page(reader, inAccount(accountId, filter), page);
    return [await this.withPolicies(applications), total];
  }

  /** Applications of an account after a place, oldest first. */
  async part(reader: ReaderId, accountId: string, part: PartRequest): Promise<ListPart<ApplicationWithPolicies>> {
    const { rows, next } = await this.reads.resume(reader, inAccount(accountId, {}), part);
    return { rows: await this.withPolicies(rows), next };
  }

  /** The addresses of each of these applications, for example `app.example.com/admin`. */
  async addressesOf(ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const where = { applicationId: In([...ids]) };
    const rows = await this.unitOfWork.read((manager) =>
      manager.find(ApplicationAddress, { where, order: { applicationId: 'ASC', position: 'ASC' } }),
    );
    const addresses = new Map<string, string[]>(ids.map((id) => [id, []]));
    for (const { applicationId, host, path } of rows) addresses.get(applicationId)?.push(`${host}${path}`);
    return addresses;
  }

  /** All applications of an account that match, in batches. */
  async *all(
    reader: ReaderId,
    accountId: string,
    filter: ApplicationFilter,
  ): AsyncGenerator<ApplicationWithPolicies[], void> {
    for await (const applications of this.reads.batches(reader, inAccount(accountId, filter))) {
      yield await this.withPolicies(applications);
    }
  }

  /** @throws DomainError `resource_not_found` */
  async get(accountId: string, id: string): Promise<ApplicationWithPolicies> {
    const application = await this.unitOfWork.read((manager) => findRow(manager, Application, { id, accountId }));
    const [found] = application ? await this.withPolicies([application]) : [];
    if (!found) throw applicationNotFound();
    return found;
  }

  /**
   * Creates an application with a new audience tag.
   * @throws DomainError `account_not_found`, `quota_reached`, `invalid_value` (policies, addresses)
   */
  create(actor: Actor, accountId: string, values: ApplicationValues): Promise<ApplicationWithPolicies> {
    return this.accounts.change(actor, accountId, async (tx) => {
      const [made] = await this.many.insertApplications(tx, [{ accountId, values }]);
      return made;
    });
  }

  /**
   * Gives an application other values; id and audience tag stay.
   * @throws DomainError `resource_not_found`, `quota_reached`, `invalid_value` (policies, addresses)
   */
  update(actor: Actor, accountId: string, id: string, values: ApplicationValues): Promise<ApplicationWithPolicies> {
    return this.accounts.change(actor, accountId, (tx) => this.updateIn(tx, accountId, id, values));
  }

  /** The same within an open transaction, for an author who may do so. */
  async updateIn(
    tx: Transaction,
    accountId: string,
    id: string,
    { addresses, policies, ...columns }: ApplicationValues,
  ): Promise<ApplicationWithPolicies> {
    await lockAccountForUpdate(tx, accountId);
    const present = await lockedApplication(tx, accountId, id);
    await requireQuota(tx, this.options, 'policies', [{ accountId, count: newPoliciesIn(policies ?? []) }]);
    await requireOwnHosts(tx.manager, accountId, addresses);
    const application: Application = { ...present, ...columns, updatedAt: tx.now };
    await tx.manager.update(Application, { id }, { ...columns, updatedAt: tx.now } as object);
    await writeAddresses(tx, application, addresses);
    const applied = policies
      ? await assignPolicies(tx, application, policies)
      : ((await appliedPolicies(tx.manager, [id])).get(id) ?? []);
    const fields = fieldsOf(present, application, policies !== undefined);
    tx.record(new ApplicationUpdated(application, { fields, ...detailsOf(application, applied) }));
    return { application, policies: applied };
  }

  /** Deletes an application with the policies that belong to it. @throws DomainError `resource_not_found` */
  delete(actor: Actor, accountId: string, id: string): Promise<Application> {
    return this.accounts.change(actor, accountId, (tx) => this.remove(tx, accountId, id));
  }

  /** The same within an open transaction, for an author who may do so. */
  async remove(tx: Transaction, accountId: string, id: string): Promise<Application> {
    const application = await lockedApplication(tx, accountId, id);
    await tx.manager.delete(ApplicationPolicy, { applicationId: id });
    await removeOwnedPolicies(tx, id, []);
    await tx.manager.delete(ApplicationAddress, { applicationId: id });
    await tx.manager.delete(Application, { id });
    tx.record(new ApplicationDeleted(application));
    return application;
  }

  private async withPolicies(applications: readonly Application[]): Promise<ApplicationWithPolicies[]> {
    const ids = applications.map(({ id }) => id);
    const applied = await this.unitOfWork.read((manager) => appliedPolicies(manager, ids));
    return applications.map((application) => ({ application, policies: applied.get(application.id) ?? [] }));
  }
}

/** An application, locked for update. @throws DomainError `resource_not_found` */
export async function lockedApplication(tx: Transaction, accountId: string, id: string): Promise<Application> {
  const application = await tx.lockForUpdate(Application, { id }, { accountId });
  if (!application) throw applicationNotFound();
  return application;
}

async function writeAddresses(
  { manager }: Transaction,
  { id: applicationId, accountId }: Application,
  addresses: readonly AddressPattern[],
): Promise<void> {
  await manager.delete(ApplicationAddress, { applicationId });
  for (const [position, { anchor, host, path }] of addresses.entries()) {
    await manager.insert(ApplicationAddress, { applicationId, position, accountId, anchor, host, path });
  }
}

function inAccount(accountId: string, { name, domain, aud, search = '' }: ApplicationFilter): SlicedQuery<Application> {
  const exact = Object.entries({ name, domain, aud }).filter(([, value]) => value !== undefined);
  const matches = (query: SelectQueryBuilder<Application>): void => {
    query.andWhere(Object.fromEntries(exact));
    if (search === '') return;
    const holds = textMatch(query, search);
    query.andWhere(`(${holds('row.name')} OR ${holds('row.domain')})`);
  };
  return {
    entity: Application,
    where: (query) => query.andWhere({ accountId }),
    filter: exact.length === 0 && search === '' ? undefined : matches,
    order: ['createdAt', 'id'],
  };
}

const COMPARED = [
  'name',
  'type',
  'domain',
  'passesPreflight',
  'answersUnauthorized',
  'tokenHeader',
  'sessionDuration',
  'extra',
] as const;

function fieldsOf(before: Application, after: Application, hasPolicies: boolean): string[] {
  const changed = COMPARED.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
  return hasPolicies ? [...changed, 'policies'] : changed;
}

/** The error for an application that does not exist. */
export function applicationNotFound(): DomainError {
  return new DomainError('resource_not_found', 'no such application');
}
