/** The policies of one application: list, create, change, delete. */
import { Inject, Injectable } from '@nestjs/common';
import { DomainError, type Actor, type Transaction } from '../core/index.js';
import { AccountService, lockAccountForUpdate } from '../identity/index.js';
import { precedencesNotUnique } from './application-policies.js';
import { ApplicationPolicy } from './application-policy.entity.js';
import type { Application } from './application.entity.js';
import { ApplicationService, lockedApplication } from './application.service.js';
import { appliedPolicies, type AppliedPolicy } from './applied-policies.js';
import { ApplicationUpdated } from './changes.js';
import { APPLICATION_OPTIONS, type ApplicationOptions } from './options.js';
import { insertPolicies, removePolicy, updatePolicy, type PolicyValues } from './policy-rows.js';
import { policyNotFound } from './policy.service.js';
import { requireQuota } from './quotas.js';

/** Reusable policies are among those of an application, but are changed elsewhere. */
@Injectable()
export class OwnedPolicyService {
  constructor(
    private readonly accounts: AccountService,
    private readonly applications: ApplicationService,
    @Inject(APPLICATION_OPTIONS) private readonly options: ApplicationOptions,
  ) {}

  /** All policies of an application in their order. @throws DomainError `resource_not_found` */
  async list(accountId: string, applicationId: string): Promise<readonly AppliedPolicy[]> {
    return (await this.applications.get(accountId, applicationId)).policies;
  }

  /** @throws DomainError `resource_not_found` */
  async get(accountId: string, applicationId: string, id: string): Promise<AppliedPolicy> {
    const found = (await this.list(accountId, applicationId)).find(({ policy }) => policy.id === id);
    if (!found) throw policyNotFound();
    return found;
  }

  /**
   * Adds a policy to an application.
   * @param precedence - its place. Default: the last
   * @throws DomainError `resource_not_found`, `quota_reached`, `invalid_value` (a rule, a place that is taken)
   */
  create(
    actor: Actor,
    accountId: string,
    applicationId: string,
    values: PolicyValues,
    precedence: number | undefined,
  ): Promise<AppliedPolicy> {
    return this.accounts.change(actor, accountId, async (tx) => {
      await lockAccountForUpdate(tx, accountId);
      const application = await lockedApplication(tx, accountId, applicationId);
      await requireQuota(tx, this.options, 'policies', [{ accountId, count: 1 }]);
      const present = await presentPolicies(tx, applicationId);
      const place = precedence ?? Math.max(0, ...present.map((each) => each.precedence)) + 1;
      requireFree(present, place);
      const [policy] = await insertPolicies(tx, [{ accountId, applicationId, values }]);
      const link = { applicationId, policyId: policy.id, accountId, precedence: place };
      await tx.manager.insert(ApplicationPolicy, link);
      recordUpdate(tx, application);
      return { policy, precedence: place };
    });
  }

  /** @throws DomainError `resource_not_found`, `invalid_value`, `change_reserved` */
  update(
    actor: Actor,
    accountId: string,
    applicationId: string,
    id: string,
    values: PolicyValues,
    precedence: number | undefined,
  ): Promise<AppliedPolicy> {
    return this.accounts.change(actor, accountId, async (tx) => {
      const application = await lockedApplication(tx, accountId, applicationId);
      const present = await presentPolicies(tx, applicationId);
      const { policy, precedence: before } = ownIn(present, id);
      const place = precedence ?? before;
      if (place !== before) {
        requireFree(present, place);
        await tx.manager.update(ApplicationPolicy, { applicationId, policyId: id }, { precedence: place });
        recordUpdate(tx, application);
      }
      return { policy: await updatePolicy(tx, policy, values), precedence: place };
    });
  }

  /** @throws DomainError `resource_not_found`, `invalid_value` for a reusable policy */
  delete(actor: Actor, accountId: string, applicationId: string, id: string): Promise<AppliedPolicy> {
    return this.accounts.change(actor, accountId, async (tx) => {
      const application = await lockedApplication(tx, accountId, applicationId);
      const own = ownIn(await presentPolicies(tx, applicationId), id);
      await tx.manager.delete(ApplicationPolicy, { applicationId, policyId: id });
      await removePolicy(tx, own.policy);
      recordUpdate(tx, application);
      return own;
    });
  }
}

async function presentPolicies({ manager }: Transaction, applicationId: string): Promise<readonly AppliedPolicy[]> {
  return (await appliedPolicies(manager, [applicationId])).get(applicationId) ?? [];
}

function ownIn(present: readonly AppliedPolicy[], id: string): AppliedPolicy {
  const found = present.find(({ policy }) => policy.id === id);
  if (!found) throw policyNotFound();
  if (found.policy.applicationId === null) {
    throw new DomainError(
      'invalid_value',
      'can not change reusable policies through this endpoint: change the policy itself, or the list of policies of ' +
        'the application',
    );
  }
  return found;
}

function requireFree(present: readonly AppliedPolicy[], precedence: number): void {
  if (present.some((each) => each.precedence === precedence)) throw precedencesNotUnique();
}

function recordUpdate(tx: Transaction, application: Application): void {
  tx.record(new ApplicationUpdated(application, { fields: ['policies'] }));
}
