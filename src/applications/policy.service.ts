/** Policies that all applications of an account can have: list, create, change, delete. */
import { Injectable } from '@nestjs/common';
import {
  DomainError,
  LongReads,
  UnitOfWork,
  findRow,
  type Actor,
  type ListPart,
  type PageRequest,
  type PartRequest,
  type ReaderId,
  type SlicedQuery,
  type Transaction,
} from '../core/index.js';
import { AccountService } from '../identity/index.js';
import { applicationCounts } from './applied-policies.js';
import { ManyApplications } from './many-applications.js';
import { removePolicy, updatePolicy, type PolicyValues } from './policy-rows.js';
import { Policy } from './policy.entity.js';

/** A reusable policy, and how many applications have it. */
export interface ReusablePolicy {
  readonly policy: Policy;
  readonly applications: number;
}

@Injectable()
export class PolicyService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
    private readonly accounts: AccountService,
    private readonly many: ManyApplications,
  ) {}

  /** A page of an account's reusable policies, oldest first, and the number of all. */
  async page(reader: ReaderId, accountId: string, page: PageRequest): Promise<[ReusablePolicy[], number]> {
    const [policies, total] = await this.reads.page(reader, inAccount(accountId), page);
    return [await this.counted(policies), total];
  }

  /** Reusable policies of an account after a place, oldest first. */
  async part(reader: ReaderId, accountId: string, part: PartRequest): Promise<ListPart<ReusablePolicy>> {
    const { rows, next } = await this.reads.resume(reader, inAccount(accountId), part);
    return { rows: await this.counted(rows), next };
  }

  /** All reusable policies of an account, in batches. */
  async *all(reader: ReaderId, accountId: string): AsyncGenerator<ReusablePolicy[], void> {
    for await (const policies of this.reads.batches(reader, inAccount(accountId))) yield await this.counted(policies);
  }

  /** @throws DomainError `resource_not_found` */
  async get(accountId: string, id: string): Promise<ReusablePolicy> {
    const policy = await this.unitOfWork.read((manager) => findRow(manager, Policy, { id, accountId }));
    if (policy?.applicationId !== null) throw policyNotFound();
    const [counted] = await this.counted([policy]);
    if (!counted) throw policyNotFound();
    return counted;
  }

  /** @throws DomainError `account_not_found`, `quota_reached`, `invalid_value` (a rule) */
  create(actor: Actor, accountId: string, values: PolicyValues): Promise<ReusablePolicy> {
    return this.accounts.change(actor, accountId, async (tx) => {
      const [policy] = await this.many.insertPolicies(tx, [{ accountId, values }]);
      return { policy, applications: 0 };
    });
  }

  /** @throws DomainError `resource_not_found`, `invalid_value` (a rule) */
  update(actor: Actor, accountId: string, id: string, values: PolicyValues): Promise<ReusablePolicy> {
    return this.accounts.change(actor, accountId, (tx) => this.updateIn(tx, accountId, id, values));
  }

  /** The same within an open transaction, for an author who may do so. */
  async updateIn(tx: Transaction, accountId: string, id: string, values: PolicyValues): Promise<ReusablePolicy> {
    const policy = await updatePolicy(tx, await this.locked(tx, accountId, id), values);
    return { policy, applications: await countApplications(tx, id) };
  }

  /** @throws DomainError `resource_not_found`; `in_use` while an application has it */
  delete(actor: Actor, accountId: string, id: string): Promise<Policy> {
    return this.accounts.change(actor, accountId, (tx) => this.remove(tx, accountId, id));
  }

  /** The same within an open transaction, for an author who may do so. */
  async remove(tx: Transaction, accountId: string, id: string): Promise<Policy> {
    const policy = await this.locked(tx, accountId, id);
    const applications = await countApplications(tx, id);
    if (applications > 0) {
      throw new DomainError(
        'in_use',
        `${String(applications)} ${applications === 1 ? 'application has' : 'applications have'} this policy; ` +
          'take it out of them first',
      );
    }
    await removePolicy(tx, policy);
    return policy;
  }

  private async locked(tx: Transaction, accountId: string, id: string): Promise<Policy> {
    const policy = await tx.lockForUpdate(Policy, { id }, { accountId });
    if (policy?.applicationId !== null) throw policyNotFound();
    return policy;
  }

  private async counted(policies: readonly Policy[]): Promise<ReusablePolicy[]> {
    const ids = policies.map(({ id }) => id);
    const counts = await this.unitOfWork.read((manager) => applicationCounts(manager, ids));
    return policies.map((policy) => ({ policy, applications: counts.get(policy.id) ?? 0 }));
  }
}

/** Also the order of the index. Those that belong to one application are passed over. */
function inAccount(accountId: string): SlicedQuery<Policy> {
  return {
    entity: Policy,
    where: (query) => query.andWhere({ accountId }),
    filter: (query) => query.andWhere('row.applicationId IS NULL'),
    order: ['createdAt', 'id'],
  };
}

async function countApplications(tx: Transaction, id: string): Promise<number> {
  return (await applicationCounts(tx.manager, [id])).get(id) ?? 0;
}

/** The error for a policy that does not exist. */
export function policyNotFound(): DomainError {
  return new DomainError('resource_not_found', 'no such policy');
}
